// An HTTP/1.1 server (RFC 9112): asynchronous I/O on threads of its own, handlers on a pool of workers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/net/cidr.h"
#include "platform/net/http_types.h"
#include "platform/runtime/worker_pool.h"

namespace argus::net {

// Called on I/O threads; must return at once. Each may be empty.
struct HttpServerEvents {
  std::function<void()> connection_opened;
  std::function<void()> connection_closed;
  std::function<void()> overloaded;           // 503 because the workers' queue is full; comes with `refused`
  // Bytes of both bodies, of an answer that is not a stream.
  std::function<void(std::size_t request, std::size_t response)> answered;
  // What the server refused itself: malformed, too large, too slow, no route. Of a head that could not be read only
  // addresses and correlation id are known.
  std::function<void(const Error&, const HttpRequest& head)> refused;
};

struct HttpServerOptions {
  std::string address = "0.0.0.0";  // IPv4 or IPv6; "::" takes both
  std::uint16_t port = 0;           // 0: a free one
  int io_threads = 1;
  std::chrono::milliseconds stand_in_after{2'000};  // so long held up, an I/O thread is stood in for
  std::size_t max_connections = 4096;  // beyond: 503 and closed
  std::size_t header_limit = 64 << 10;
  std::chrono::milliseconds header_timeout{10'000};  // from a request's first byte to the end of its header
  std::chrono::milliseconds body_timeout{60'000};    // for the whole body
  std::chrono::milliseconds idle_timeout{75'000};    // between requests
  std::chrono::milliseconds write_timeout{60'000};   // for a response, or a piece of a stream
  std::vector<Cidr> trusted_proxies;
  // Makes the response for what the server refuses itself; `head` as for HttpServerEvents::refused. Default: plain text.
  std::function<HttpResponse(const Error&, const HttpRequest& head)> render_error;
  HttpServerEvents events;
};

// All member functions are thread-safe.
class HttpServer {
 public:
  // Listens and serves from then on. `select` runs on I/O threads and decides on the header alone; what it leaves is
  // answered 404. `workers` must outlive the server. NETWORK_ERROR when the address cannot be listened on.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, RouteSelector select, WorkerPool& workers);
  // Stops.
  ~HttpServer();

  std::uint16_t port() const;
  // Requests being handled, streams included.
  std::size_t in_flight() const;

  // For how long, at `now`, one of the I/O threads has not come back from what it runs. Up to a second is no sign of
  // anything. While it lasts another thread stands in, so that health checks are answered.
  std::chrono::nanoseconds stalled(MonotonicTime now) const;

  // From now on idle connections are closed, every response ends its connection, and streams are asked to end. New
  // connections are still served, so that health checks get an answer.
  void StartDrain();
  // Waits until nothing is in flight; false when `deadline` came first.
  bool WaitIdle(MonotonicTime deadline);
  // Closes everything, cancels what still runs and waits until handlers have returned. Idempotent.
  void Stop();

 private:
  class Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace argus::net
