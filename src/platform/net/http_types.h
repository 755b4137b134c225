// HTTP as handlers see it: plain values, no transport.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/error.h"
#include "platform/runtime/context.h"

namespace argus {
class WorkerPool;
}

namespace argus::net {

// An ordered multi-map of header fields; names compare without regard to case (RFC 9110 §5.1).
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void Add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }
  // Replaces every field of that name.
  void Set(std::string_view name, std::string_view value);
  void Remove(std::string_view name);
  // The first value, or empty.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  // Every value, in order.
  std::vector<std::string_view> GetAll(std::string_view name) const;

  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

bool EqualsIgnoreCase(std::string_view a, std::string_view b);

struct HttpRequest {
  std::string method;  // "GET" also for HEAD, whose response loses its body on the way out
  std::string path;    // as sent: percent-encoded, begins with '/'
  std::string query;   // as sent, without '?'
  Headers headers;
  std::string body;
  // Set instead of `body` when it could not be taken in (too large): the handler answers with it.
  std::optional<Error> body_error;
  std::string peer_address;    // of the socket, without port
  std::string client_address;  // after the trusted-proxy rules
  std::string correlation_id;  // the caller's or a new one (correlation_id.h); the server adds it to the answer
  std::shared_ptr<CancelToken> cancel = std::make_shared<CancelToken>();  // set when the client goes away
};

// Where a streaming response is written to. Thread-safe.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  // One piece at a time: the next only after OnWritten(). `last` ends the response.
  virtual void Write(std::string bytes, bool last) = 0;
};

enum class StopReason { kDrain, kDeadline };

// What makes a streaming response. The server calls it on its I/O thread, so nothing here may block; after OnClosed()
// it is not called again.
class StreamProducer {
 public:
  virtual ~StreamProducer() = default;
  virtual void Start(std::shared_ptr<StreamSink> sink) = 0;
  virtual void OnWritten() = 0;
  // Should write its last piece soon.
  virtual void OnStop(StopReason reason) = 0;
  // The response is complete, or the peer is gone.
  virtual void OnClosed() = 0;
  virtual MonotonicTime deadline() const = 0;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of `body`, where many responses have the same
  std::shared_ptr<StreamProducer> stream;          // instead of a body
  std::optional<Error> error;                      // instead of status and body: the server renders it
};

using HttpHandler = std::function<HttpResponse(HttpRequest&&)>;

// kIo runs on the I/O thread and must return at once (health); kPool may block.
enum class RunOn { kIo, kPool };

// How one request is to be handled, decided on its header alone.
struct Route {
  HttpHandler handler;
  RunOn run_on = RunOn::kPool;
  std::size_t body_limit = 0;  // bytes; 0: a body is refused
  // For kPool; null: the server's. Must outlive the server. For what must not keep requests from a worker, nor wait
  // for one.
  WorkerPool* pool = nullptr;
  // For kPool: how long the handler may take before it counts as overdue (WorkerPool::TrySubmit).
  std::chrono::nanoseconds patience{0};
};

// nullopt: not mine.
using RouteSelector = std::function<std::optional<Route>(const HttpRequest& head)>;

// The standard phrase, "Not Found".
std::string_view ReasonPhrase(int status);

}  // namespace argus::net
