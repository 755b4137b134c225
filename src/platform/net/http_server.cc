#include "platform/net/http_server.h"

#include <fmt/format.h>
#include <pthread.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "platform/base/reasons.h"
#include "platform/net/http_session.h"
#include "platform/runtime/runner_thread.h"

namespace argus::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptRetry{100};  // after EMFILE and the like
constexpr std::chrono::milliseconds kBeat{500};

Error CannotListen(const HttpServerOptions& options, const error_code& error) {
  return Error(Code::kUnavailable, reasons::kNetworkError,
               fmt::format("cannot listen on {} port {}: {}", options.address, options.port, error.message()));
}

}  // namespace

// A thread that runs handlers. Each has to come back at least every kBeat.
struct IoLoop {
  std::atomic<MonotonicTime> beat{std::chrono::steady_clock::now()};
  std::thread thread;

  void Run(asio::io_context& io) {
    pthread_setname_np(pthread_self(), "http-io");
    while (!io.stopped()) {
      io.run_one_for(kBeat);
      beat.store(std::chrono::steady_clock::now(), std::memory_order_relaxed);
    }
  }
};

// Everything the I/O threads use. Stop() joins them, so it outlives them.
class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, RouteSelector select, WorkerPool& workers)
      : context_(std::make_shared<ServerContext>(std::move(options), std::move(select), workers)),
        acceptor_(asio::make_strand(io())),
        work_(asio::make_work_guard(io())) {}

  Status Listen();
  void Run();
  void StartDrain();
  void Stop();
  std::uint16_t port() const { return port_; }
  std::chrono::nanoseconds stalled(MonotonicTime now) const;
  InFlight& in_flight() { return context_->in_flight; }

 private:
  asio::io_context& io() { return context_->io; }
  asio::awaitable<void> Accept();
  void Serve(tcp::socket socket);
  void StandIn();
  void Forget(const std::shared_ptr<Session>& session);
  std::set<std::shared_ptr<Session>> Sessions();

  const std::shared_ptr<ServerContext> context_;
  tcp::acceptor acceptor_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;  // as long as sessions may be posted to from outside
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::set<std::shared_ptr<Session>> sessions_;
  bool stopping_ = false;
  std::mutex lifecycle_;  // drain and stop, one at a time
  bool stopped_ = false;
  std::deque<IoLoop> loops_;
  std::optional<PeriodicThread> deputy_;
};

Status HttpServer::Impl::Listen() {
  const auto& options = context_->options;
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return CannotListen(options, error);
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor_.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  return error ? Status(CannotListen(options, error)) : Ok();
}

void HttpServer::Impl::Run() {
  asio::co_spawn(acceptor_.get_executor(), Accept(), asio::detached);
  for (int i = 0; i < context_->options.io_threads; ++i) {
    IoLoop& loop = loops_.emplace_back();
    loop.thread = std::thread([this, &loop] { loop.Run(io()); });
  }
  deputy_.emplace("http-deputy", context_->options.stand_in_after / 2, [this] { StandIn(); });
}

std::chrono::nanoseconds HttpServer::Impl::stalled(MonotonicTime now) const {
  std::chrono::nanoseconds longest{0};
  for (const IoLoop& loop : loops_) {
    longest = std::max<std::chrono::nanoseconds>(longest, now - loop.beat.load(std::memory_order_relaxed));
  }
  return longest;
}

void HttpServer::Impl::StandIn() {
  while (!io().stopped() && stalled(std::chrono::steady_clock::now()) > context_->options.stand_in_after) {
    io().run_for(kBeat);
  }
}

asio::awaitable<void> HttpServer::Impl::Accept() {
  asio::steady_timer pause(acceptor_.get_executor());
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(asio::make_strand(io()), kAwait);
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) co_return;
    if (error) {
      pause.expires_after(kAcceptRetry);
      co_await pause.async_wait(kAwait);
    } else {
      Serve(std::move(socket));
    }
  }
}

void HttpServer::Impl::Serve(tcp::socket socket) {
  const auto session = std::make_shared<Session>(std::move(socket), context_);
  bool room = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    room = sessions_.size() < context_->options.max_connections;
    sessions_.insert(session);
  }
  if (context_->options.events.connection_opened) context_->options.events.connection_opened();
  asio::co_spawn(session->executor(), room ? session->Run() : session->TurnAway(),
                 [this, session](std::exception_ptr) { Forget(session); });
}

void HttpServer::Impl::Forget(const std::shared_ptr<Session>& session) {
  {
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
  }
  if (context_->options.events.connection_closed) context_->options.events.connection_closed();
}

std::set<std::shared_ptr<Session>> HttpServer::Impl::Sessions() {
  const std::lock_guard lock(mutex_);
  return sessions_;
}

void HttpServer::Impl::StartDrain() {
  const std::lock_guard lock(lifecycle_);
  if (stopped_) return;
  context_->draining = true;
  for (const auto& session : Sessions()) session->Drain();
}

void HttpServer::Impl::Stop() {
  const std::lock_guard lock(lifecycle_);
  if (stopped_) return;
  context_->draining = true;
  {
    const std::lock_guard sessions(mutex_);
    stopping_ = true;
  }
  asio::post(acceptor_.get_executor(), [this] { acceptor_.close(); });
  for (const auto& session : Sessions()) session->Close();
  work_.reset();
  // run() returns once no connection, and so no handler, is left.
  for (auto& loop : loops_) loop.thread.join();
  deputy_->Stop();
  stopped_ = true;
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options, RouteSelector select,
                                                      WorkerPool& workers) {
  auto impl = std::make_shared<Impl>(std::move(options), std::move(select), workers);
  ARGUS_RETURN_IF_ERROR(impl->Listen());
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { Stop(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
std::chrono::nanoseconds HttpServer::stalled(MonotonicTime now) const { return impl_->stalled(now); }
std::size_t HttpServer::in_flight() const { return impl_->in_flight().count(); }
void HttpServer::StartDrain() { impl_->StartDrain(); }
bool HttpServer::WaitIdle(MonotonicTime deadline) { return impl_->in_flight().WaitIdle(deadline); }
void HttpServer::Stop() { impl_->Stop(); }

}  // namespace argus::net
