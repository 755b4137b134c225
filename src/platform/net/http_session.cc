#include "platform/net/http_session.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <cerrno>

#include "platform/base/reasons.h"
#include "platform/net/correlation_id.h"
#include "platform/net/http_wire.h"

namespace argus::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadSize = 4096;
constexpr std::size_t kLingerBytes = 1 << 20;
constexpr std::chrono::seconds kLingerTime{2};

std::string AddressOf(const asio::ip::tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  const auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

// Whether a readable socket has only its end to offer.
bool AtEnd(int socket) {
  char byte = 0;
  const auto size = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size == 0 || (size < 0 && errno != EAGAIN);
}

Timestamp Now() { return std::chrono::floor<Timestamp::duration>(std::chrono::system_clock::now()); }

Error TooLarge(std::size_t limit) {
  return Error(Code::kResourceExhausted, reasons::kBodyTooLarge,
               "the body is larger than the " + std::to_string(limit) + " bytes that are accepted here");
}

Error Busy() {
  return Error(Code::kUnavailable, reasons::kOverloaded, "the server is busy; try again")
      .WithRetryAfter(std::chrono::seconds(1));
}

}  // namespace

void InFlight::Begin() {
  const std::lock_guard lock(mutex_);
  ++count_;
}

void InFlight::End() {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) idle_.notify_all();
}

std::size_t InFlight::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

bool InFlight::WaitIdle(MonotonicTime deadline) {
  std::unique_lock lock(mutex_);
  while (count_ > 0) {
    if (!idle_.WaitUntil(lock, deadline)) return count_ == 0;
  }
  return true;
}

HttpResponse ServerContext::Render(const Error& error, const HttpRequest& head) const {
  return options.render_error ? options.render_error(error, head) : PlainError(error);
}

HttpResponse ServerContext::Refuse(const Error& error, const HttpRequest& head) const {
  if (options.events.refused) options.events.refused(error, head);
  return Render(error, head);
}

void ServerContext::Measure(std::size_t request_bytes, const HttpResponse& response) const {
  if (response.stream || !options.events.answered) return;
  options.events.answered(request_bytes, response.shared_body ? response.shared_body->size() : response.body.size());
}

Session::Session(asio::ip::tcp::socket socket, std::shared_ptr<ServerContext> server)
    : server_(std::move(server)),
      stream_(std::move(socket)),
      peer_address_(AddressOf(stream_.socket())),
      event_(stream_.get_executor()) {
  error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

Session::Awaitable<void> Session::Run() {
  for (bool more = true; more;) more = co_await ServeOne();
  stream_.close();
}

Session::Awaitable<void> Session::TurnAway() {
  correlation_id_ = NewCorrelationId(Now());
  auto response = server_->Refuse(Busy(), BareHead());
  const bool sent = co_await WriteWhole(std::move(response), Exchange{});
  if (sent) co_await Linger();
  stream_.close();
}

void Session::Drain() {
  asio::post(executor(), [self = shared_from_this()] {
    if (self->idle_) self->stream_.close();
    self->Signal();
  });
}

void Session::Close() {
  asio::post(executor(), [self = shared_from_this()] {
    self->closed_ = true;
    if (self->cancel_) self->cancel_->Cancel();
    self->stream_.close();
    self->Signal();
  });
}

Session::Awaitable<bool> Session::ServeOne() {
  Parser parser;
  const bool readable = co_await ReadHead(parser);
  if (!readable) {
    if (!refusal_) co_return false;
    const bool sent = co_await WriteWhole(*std::move(refusal_), Exchange{});
    if (sent) co_await Linger();
    co_return false;
  }
  HttpRequest request = HeadOf(parser);
  Route route = RouteOf(request);
  const bool whole = co_await ReadBody(parser, route.body_limit, request);
  if (!whole) co_return false;
  Exchange exchange;
  exchange.http11 = parser.get().version() >= 11;
  exchange.head_only = parser.get().method() == http::verb::head;
  exchange.keep_alive = parser.keep_alive() && !request.body_error;
  const bool unread = request.body_error.has_value();
  server_->in_flight.Begin();
  const std::size_t request_bytes = request.body.size();
  HttpResponse response = co_await Handle(std::move(route), std::move(request));
  server_->Measure(request_bytes, response);
  const bool sent = co_await Respond(std::move(response), exchange);
  server_->in_flight.End();
  if (sent && unread) co_await Linger();
  co_return sent && exchange.keep_alive && !closed_ && !server_->draining;
}

Session::Awaitable<bool> Session::AwaitFirstByte() {
  if (buffer_.size() > 0) co_return true;
  if (closed_ || (server_->draining && !first_request_)) co_return false;
  stream_.expires_after(first_request_ ? server_->options.header_timeout : server_->options.idle_timeout);
  idle_ = !first_request_;
  const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kReadSize), kAwait);
  idle_ = false;
  buffer_.commit(size);
  co_return !error;
}

Session::Awaitable<bool> Session::ReadHead(Parser& parser) {
  correlation_id_.clear();
  const bool any = co_await AwaitFirstByte();
  if (!any) co_return false;
  first_request_ = false;
  parser.header_limit(static_cast<std::uint32_t>(server_->options.header_limit));
  parser.body_limit(boost::none);
  stream_.expires_after(server_->options.header_timeout);
  const auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
  if (error) RefuseUnreadable(error);
  if (!error && parser.get().version() >= 11 && parser.get().count(http::field::host) != 1) {
    RefuseUnreadable(http::error::bad_field);
  }
  co_return !error && !refusal_;
}

void Session::RefuseUnreadable(const error_code& error) {
  if (correlation_id_.empty()) correlation_id_ = NewCorrelationId(Now());
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    refusal_ = server_->Refuse(Error(Code::kResourceExhausted, reasons::kHeaderTooLarge, "the request header is too large"),
                               BareHead());
  } else if (error.category() == http::make_error_code(http::error::bad_method).category() &&
             error != http::error::end_of_stream && error != http::error::partial_message) {
    refusal_ = server_->Refuse(
        Error(Code::kInvalidArgument, reasons::kMalformedRequest, "the request is not well-formed HTTP/1.1")
            .WithCause(error.message()),
        BareHead());
  } else if (error == beast::error::timeout && server_->options.events.refused) {
    server_->options.events.refused(
        Error(Code::kDeadlineExceeded, reasons::kDeadlineExceeded, "the request did not arrive in time"), BareHead());
  }
}

HttpRequest Session::BareHead() const {
  HttpRequest head;
  head.peer_address = head.client_address = peer_address_;
  head.correlation_id = correlation_id_;
  return head;
}

HttpRequest Session::HeadOf(Parser& parser) {
  const auto& message = parser.get();
  HttpRequest request;
  request.method = message.method() == http::verb::head ? "GET" : std::string(message.method_string());
  SplitTarget(message.target(), request);
  for (const auto& field : message) request.headers.Add(field.name_string(), field.value());
  request.peer_address = peer_address_;
  request.client_address = ClientAddress(peer_address_, request.headers, server_->options.trusted_proxies);
  request.correlation_id = correlation_id_ = CorrelationIdOf(request.headers, Now());
  return request;
}

Route Session::RouteOf(const HttpRequest& request) const {
  if (auto route = server_->select(request)) return *std::move(route);
  const auto handler = [server = server_](HttpRequest&& request) {
    return server->Refuse(Error(Code::kNotFound, reasons::kRouteNotFound, "nothing is served under this path"), request);
  };
  return {handler, RunOn::kIo, 0};
}

Session::Awaitable<bool> Session::ReadBody(Parser& parser, std::size_t limit, HttpRequest& request) {
  if (parser.content_length().value_or(0) > limit) {
    request.body_error = TooLarge(limit);
    co_return true;
  }
  parser.body_limit(limit);
  if (EqualsIgnoreCase(request.headers.Get("Expect"), "100-continue") && !parser.is_done()) {
    const bool sent = co_await SendContinue();
    if (!sent) co_return false;
  }
  stream_.expires_after(server_->options.body_timeout);
  const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kAwait);
  if (error == http::error::body_limit) {
    request.body_error = TooLarge(limit);
    co_return true;
  }
  if (error) {
    RefuseUnreadable(error);
    if (refusal_) co_await WriteWhole(*std::move(refusal_), Exchange{});
    co_return false;
  }
  request.body = std::move(parser.get().body());
  co_return true;
}

Session::Awaitable<bool> Session::SendContinue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  stream_.expires_after(server_->options.write_timeout);
  const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(kContinue), kAwait);
  co_return !error;
}

Session::Awaitable<HttpResponse> Session::Handle(Route route, HttpRequest request) {
  HttpResponse response;
  if (route.run_on == RunOn::kIo) {
    response = route.handler(std::move(request));
  } else {
    response = co_await OnWorker(std::move(route), std::move(request));
  }
  if (response.error) {
    auto rendered = server_->Refuse(*response.error, BareHead());
    for (const auto& [name, value] : response.headers) rendered.headers.Set(name, value);
    co_return rendered;
  }
  co_return response;
}

Session::Awaitable<HttpResponse> Session::OnWorker(Route route, HttpRequest request) {
  answer_.reset();
  cancel_ = request.cancel;
  if (closed_) cancel_->Cancel();
  auto shared = std::make_shared<HttpRequest>(std::move(request));
  WorkerPool& pool = route.pool ? *route.pool : server_->workers;
  const bool taken = pool.TrySubmit([self = shared_from_this(), handler = std::move(route.handler), shared] {
    self->Deliver(handler(std::move(*shared)));
  }, route.patience);
  if (!taken) {
    if (server_->options.events.overloaded) server_->options.events.overloaded();
    co_return server_->Refuse(Busy(), *shared);
  }
  WatchPeer(cancel_);
  while (!answer_) co_await AwaitEvent(MonotonicTime::max());
  UnwatchPeer();
  cancel_.reset();
  HttpResponse response = *std::move(answer_);
  answer_.reset();
  co_return response;
}

// Called on a worker.
void Session::Deliver(HttpResponse response) {
  auto shared = std::make_shared<HttpResponse>(std::move(response));
  asio::post(executor(), [self = shared_from_this(), shared] {
    self->answer_ = std::move(*shared);
    self->Signal();
  });
}

Session::Awaitable<void> Session::AwaitEvent(MonotonicTime until) {
  event_.expires_at(until);
  co_await event_.async_wait(kAwait);
}

void Session::WatchPeer(std::shared_ptr<CancelToken> cancel) {
  peer_gone_ = false;
  stream_.expires_never();
  stream_.socket().async_wait(
      asio::ip::tcp::socket::wait_read, [self = shared_from_this(), cancel = std::move(cancel)](const error_code& error) {
        if (error || !AtEnd(self->stream_.socket().native_handle())) return;
        cancel->Cancel();
        self->peer_gone_ = true;
        self->Signal();
      });
}

void Session::UnwatchPeer() {
  error_code ignored;
  stream_.socket().cancel(ignored);
}

Session::Awaitable<void> Session::Linger() {
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  for (std::size_t total = 0; total < kLingerBytes;) {
    buffer_.clear();
    const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kReadSize), kAwait);
    if (error) co_return;
    total += size;
  }
}

}  // namespace argus::net
