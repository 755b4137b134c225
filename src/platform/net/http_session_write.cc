// The way out of a Session: whole responses and streams.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>

#include "platform/net/correlation_id.h"
#include "platform/net/http_session.h"
#include "platform/net/http_wire.h"

namespace argus::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

bool HasNoBody(int status) { return status == 204 || status == 304; }

template <typename Body>
http::response<Body> BeginResponse(const HttpResponse& response, bool keep_alive) {
  http::response<Body> head;
  head.version(11);
  head.result(static_cast<unsigned>(response.status));
  head.reason(ReasonPhrase(response.status));
  head.set(http::field::date, HttpDate());
  for (const auto& [name, value] : response.headers) {
    if (IsSafeField(name, value)) head.insert(name, value);
  }
  head.keep_alive(keep_alive);
  return head;
}

}  // namespace

// Hands pieces to the session's strand for as long as the session writes the stream. Thread-safe.
class Session::Sink final : public StreamSink {
 public:
  explicit Sink(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  void Write(std::string bytes, bool last) override {
    const std::lock_guard lock(mutex_);
    if (!session_) return;
    asio::post(session_->executor(), [session = session_, bytes = std::move(bytes), last]() mutable {
      session->piece_.emplace(std::move(bytes), last);
      session->Signal();
    });
  }

  // Nothing is posted afterwards.
  void Detach() {
    std::shared_ptr<Session> released;
    const std::lock_guard lock(mutex_);
    released.swap(session_);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<Session> session_;
};

Session::Awaitable<bool> Session::Respond(HttpResponse response, Exchange exchange) {
  exchange.keep_alive = exchange.keep_alive && !server_->draining;
  bool sent = false;
  if (response.stream) {
    sent = co_await WriteStream(std::move(response), exchange);
  } else {
    sent = co_await WriteWhole(std::move(response), exchange);
  }
  co_return sent;
}

Session::Awaitable<bool> Session::WriteWhole(HttpResponse response, Exchange exchange) {
  AddCorrelationId(correlation_id_, response.headers);
  const std::string& body = response.shared_body ? *response.shared_body : response.body;
  auto message = BeginResponse<http::span_body<const char>>(response, exchange.keep_alive);
  if (!HasNoBody(response.status)) message.content_length(body.size());
  const bool head_only = exchange.head_only || HasNoBody(response.status);
  message.body() = {body.data(), body.size()};
  http::response_serializer<http::span_body<const char>> serializer(message);
  stream_.expires_after(server_->options.write_timeout);
  if (head_only) {
    const auto [error, size] = co_await http::async_write_header(stream_, serializer, kAwait);
    co_return !error;
  }
  const auto [error, size] = co_await http::async_write(stream_, serializer, kAwait);
  co_return !error;
}

Session::Awaitable<bool> Session::WriteStream(HttpResponse response, Exchange exchange) {
  AddCorrelationId(correlation_id_, response.headers);
  auto message = BeginResponse<http::empty_body>(response, exchange.http11 && exchange.keep_alive);
  if (exchange.http11) message.chunked(true);
  http::response_serializer<http::empty_body> serializer(message);
  stream_.expires_after(server_->options.write_timeout);
  const auto [error, size] = co_await http::async_write_header(stream_, serializer, kAwait);
  bool sent = false;
  if (!error && !exchange.head_only) {
    const auto sink = std::make_shared<Sink>(shared_from_this());
    piece_.reset();
    WatchPeer(std::make_shared<CancelToken>());
    response.stream->Start(sink);
    sent = co_await WritePieces(*response.stream, exchange.http11);
    UnwatchPeer();
    sink->Detach();
  }
  response.stream->OnClosed();
  co_return sent && exchange.http11;
}

// True when the last piece is out.
Session::Awaitable<bool> Session::WritePieces(StreamProducer& producer, bool chunked) {
  bool asked_to_stop = false;
  while (!closed_ && !peer_gone_) {
    if (piece_) {
      auto [bytes, last] = *std::move(piece_);
      piece_.reset();
      const bool sent = co_await WritePiece(std::move(bytes), last, chunked);
      if (!sent || last) co_return sent;
      producer.OnWritten();
      continue;
    }
    const bool late = std::chrono::steady_clock::now() >= producer.deadline();
    if (!asked_to_stop && (late || server_->draining)) {
      asked_to_stop = true;
      producer.OnStop(late ? StopReason::kDeadline : StopReason::kDrain);
    }
    co_await AwaitEvent(asked_to_stop ? MonotonicTime::max() : producer.deadline());
  }
  co_return false;
}

Session::Awaitable<bool> Session::WritePiece(std::string bytes, bool last, bool chunked) {
  stream_.expires_after(server_->options.write_timeout);
  boost::system::error_code failure;
  if (!chunked) {
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(bytes), kAwait);
    failure = error;
  } else {
    const auto [error, size] = co_await asio::async_write(stream_, http::make_chunk(asio::buffer(bytes)), kAwait);
    failure = error;
  }
  if (!failure && chunked && last) {
    const auto [error, size] = co_await asio::async_write(stream_, http::make_chunk_last(), kAwait);
    failure = error;
  }
  stream_.expires_never();
  co_return !failure;
}

}  // namespace argus::net
