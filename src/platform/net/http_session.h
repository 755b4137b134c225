// One connection. Private to this module: pulls in Boost.Beast.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "platform/net/http_server.h"
#include "platform/runtime/mutex.h"

namespace argus::net {

// Requests being handled. Thread-safe.
class InFlight {
 public:
  void Begin();
  void End();
  std::size_t count() const;
  bool WaitIdle(MonotonicTime deadline);

 private:
  mutable Mutex mutex_;
  ConditionVariable idle_;
  std::size_t count_ = 0;
};

// What all connections of one server share. Whoever holds a session, be it a worker that has just delivered its answer,
// holds this too, so that the I/O context goes last.
struct ServerContext {
  ServerContext(HttpServerOptions options, RouteSelector select, WorkerPool& workers)
      : options(std::move(options)), select(std::move(select)), workers(workers) {}

  boost::asio::io_context io;
  HttpServerOptions options;
  RouteSelector select;
  WorkerPool& workers;
  InFlight in_flight;
  std::atomic<bool> draining{false};

  HttpResponse Render(const Error& error, const HttpRequest& head) const;
  // Counts the error and renders it.
  HttpResponse Refuse(const Error& error, const HttpRequest& head) const;
  // Tells the events how large the bodies were.
  void Measure(std::size_t request_bytes, const HttpResponse& response) const;
};

// Lives on its strand: all state is touched there only; Drain() and Close() may be called from anywhere.
class Session : public std::enable_shared_from_this<Session> {
 public:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Session(boost::asio::ip::tcp::socket socket, std::shared_ptr<ServerContext> server);

  // Serves requests until the connection ends. The caller keeps the session alive meanwhile.
  Awaitable<void> Run();
  // Answers 503 and closes.
  Awaitable<void> TurnAway();

  // Ends the connection now if it is idle, else after its current request.
  void Drain();
  // Ends the connection; a running handler is cancelled and still waited for.
  void Close();
  boost::asio::any_io_executor executor() { return stream_.get_executor(); }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  class Sink;

  // What of a request its response depends on.
  struct Exchange {
    bool http11 = true;
    bool head_only = false;
    bool keep_alive = false;
  };

  Awaitable<bool> ServeOne();
  Awaitable<bool> AwaitFirstByte();
  // False: the connection is over. A refusal is left in `refusal_`.
  Awaitable<bool> ReadHead(Parser& parser);
  Awaitable<bool> ReadBody(Parser& parser, std::size_t limit, HttpRequest& request);
  Awaitable<bool> SendContinue();
  Awaitable<HttpResponse> Handle(Route route, HttpRequest request);
  Awaitable<HttpResponse> OnWorker(Route route, HttpRequest request);
  Awaitable<bool> Respond(HttpResponse response, Exchange exchange);
  Awaitable<bool> WriteWhole(HttpResponse response, Exchange exchange);
  Awaitable<bool> WriteStream(HttpResponse response, Exchange exchange);
  Awaitable<bool> WritePieces(StreamProducer& producer, bool chunked);
  Awaitable<bool> WritePiece(std::string bytes, bool last, bool chunked);
  Awaitable<void> AwaitEvent(MonotonicTime until);
  // Closes so that a response to an unread request still arrives.
  Awaitable<void> Linger();

  HttpRequest HeadOf(Parser& parser);
  // What is known of a request whose head cannot be read, or whose handler has taken it.
  HttpRequest BareHead() const;
  Route RouteOf(const HttpRequest& request) const;
  void RefuseUnreadable(const boost::system::error_code& error);
  // Sets `cancel` and peer_gone_ when the peer closes; until the next Unwatch().
  void WatchPeer(std::shared_ptr<CancelToken> cancel);
  void UnwatchPeer();
  void Signal() { event_.cancel(); }
  void Deliver(HttpResponse response);

  const std::shared_ptr<ServerContext> server_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  const std::string peer_address_;
  boost::asio::steady_timer event_;  // cancelled whenever something below changes
  std::string correlation_id_;       // of the request being served
  bool first_request_ = true;
  bool idle_ = false;       // between requests
  bool closed_ = false;     // Close() was asked for
  bool peer_gone_ = false;
  std::shared_ptr<CancelToken> cancel_;                // of the running handler
  std::optional<HttpResponse> answer_;                 // from the worker
  std::optional<std::pair<std::string, bool>> piece_;  // of a stream: bytes, last
  std::optional<HttpResponse> refusal_;                // what a failed read is answered with
};

}  // namespace argus::net
