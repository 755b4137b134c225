#include "platform/rpc/grpc_call.h"

#include <algorithm>
#include <utility>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/rpc/error_mapping.h"
#include "platform/rpc/grpc_wire.h"

namespace argus::rpc {
namespace {

Error Overloaded() {
  return Error(Code::kUnavailable, reasons::kOverloaded, "the server is busy; try again")
      .WithRetryAfter(std::chrono::seconds(1));
}

Error Draining() {
  return Error(Code::kUnavailable, reasons::kDraining, "the server is shutting down; open the stream again")
      .WithRetryAfter(std::chrono::seconds(1));
}

Error Cancelled() { return Error(Code::kCancelled, reasons::kCancelled, "the caller cancelled the call"); }

}  // namespace

// A server stream. It and its reactor hold each other until OnDone().
class GrpcCall::Stream final : public StreamPump {
 public:
  Stream(std::unique_ptr<Call> call, WorkerPool& workers, std::shared_ptr<GrpcCall> reactor)
      : StreamPump(std::move(call), workers), reactor_(std::move(reactor)) {}

 private:
  void Send(const google::protobuf::Message& message) override { reactor_->Write(message); }
  void Finish(const Status& status) override { reactor_->End(call(), status); }

  const std::shared_ptr<GrpcCall> reactor_;
};

grpc::Status GrpcContext::Refuse(grpc::GenericCallbackServerContext& context, const Error& error) const {
  const net::HttpRequest head = HeadOf(context, options.trusted_proxies);
  if (options.refused) options.refused(error, head);
  return RefusalStatus(context, error, head.correlation_id);
}

GrpcCall::GrpcCall(std::shared_ptr<GrpcContext> shared, grpc::GenericCallbackServerContext* context,
                   const Method& method)
    : shared_(std::move(shared)), context_(context), method_(method) {}

void GrpcCall::Begin() {
  self_ = shared_from_this();
  const bool has_first_message = method_.kind() == MethodKind::kUnary || method_.kind() == MethodKind::kServerStream;
  if (has_first_message) {
    StartRead(&in_);
  } else {
    OnWorker(&GrpcCall::OpenBidi);
  }
}

void GrpcCall::OnWorker(void (GrpcCall::*work)()) {
  const auto patience = shared_->dispatcher.options().default_deadline;
  if (shared_->workers.TrySubmit([self = shared_from_this(), work] { ((*self).*work)(); }, patience)) return;
  Finish(shared_->Refuse(*context_, Overloaded()));
}

void GrpcCall::OnReadDone(bool ok) {
  if (ok) {
    switch (method_.kind()) {
      case MethodKind::kUnary: return OnWorker(&GrpcCall::RunUnary);
      case MethodKind::kServerStream: return OnWorker(&GrpcCall::OpenStream);
      default: return OnWorker(&GrpcCall::ExchangeOne);
    }
  }
  if (Call* open = bidi()) return End(*open, Ok());
  Finish(shared_->Refuse(*context_,
                         Error(Code::kInvalidArgument, reasons::kInvalidBody, "the request message is missing")));
}

Arrival GrpcCall::TakeArrival() {
  Arrival arrival;
  arrival.method = &method_;
  arrival.protocol = Protocol::kGrpc;
  arrival.path = arrival.route = method_.path();
  arrival.headers = HeadersOf(*context_);
  arrival.peer_address = PeerAddress(context_->peer());
  arrival.request_bytes = in_.Length();
  auto& context = arrival.context;
  context.client_address = net::ClientAddress(arrival.peer_address, arrival.headers, shared_->options.trusted_proxies);
  context.user_agent = ReplaceInvalidUtf8(arrival.headers.Get("user-agent"));
  context.cancel = cancel_;
  context.deadline = DeadlineOf(*context_);
  if (method_.kind() == MethodKind::kUnary) {
    const auto latest = std::chrono::steady_clock::now() + shared_->dispatcher.options().default_deadline;
    context.deadline = std::min<MonotonicTime>(context.deadline, latest);
  }
  arrival.decode = [buffer = in_, limit = method_.body_limit()](google::protobuf::Message& message) {
    return FromByteBuffer(buffer, limit, message);
  };
  in_.Clear();
  return arrival;
}

void GrpcCall::RunUnary() {
  Call call(TakeArrival());
  const auto result = shared_->dispatcher.Run(call);
  if (!result.ok()) return End(call, result.error());
  SendHeaders(call);
  SendTrailers(call, Ok());
  out_ = ToByteBuffer(**result);
  if (shared_->options.answered) shared_->options.answered(call.request_bytes(), out_.Length());
  StartWriteAndFinish(&out_, grpc::WriteOptions(), grpc::Status::OK);
}

void GrpcCall::OpenStream() {
  auto call = std::make_unique<Call>(TakeArrival());
  const auto opened = shared_->dispatcher.Run(*call);
  if (!opened.ok()) return End(*call, opened.error());
  SendHeaders(*call);
  StartSendInitialMetadata();
  const auto stream = std::make_shared<Stream>(std::move(call), shared_->workers, shared_from_this());
  {
    const std::lock_guard lock(mutex_);
    stream_ = stream;
  }
  if (cancel_->cancelled()) stream->Stop(Cancelled());
  EnlistForDrain();
  stream->Begin();
}

void GrpcCall::OpenBidi() {
  auto arrival = TakeArrival();
  arrival.decode = nullptr;
  auto call = std::make_unique<Call>(std::move(arrival));
  const auto opened = shared_->dispatcher.Run(*call);
  if (!opened.ok()) return End(*call, opened.error());
  SendHeaders(*call);
  {
    const std::lock_guard lock(mutex_);
    bidi_ = std::move(call);
  }
  StartRead(&in_);
}

void GrpcCall::ExchangeOne() {
  Call& call = *bidi();
  const MessagePtr request = method_.NewRequest();
  const auto read = FromByteBuffer(in_, method_.body_limit(), *request);
  if (!read.ok()) return End(call, read);
  const auto answer = shared_->dispatcher.Exchange(call, *request);
  if (!answer.ok()) return End(call, answer.error());
  Write(**answer);
}

void GrpcCall::OnWriteDone(bool ok) {
  if (const auto open = stream()) {
    if (!ok) open->Stop(Cancelled());
    open->Sent();
  } else if (Call* call = bidi()) {
    if (ok) return StartRead(&in_);
    End(*call, Cancelled());
  }
}

void GrpcCall::OnCancel() {
  cancel_->Cancel();
  if (const auto open = stream()) open->Stop(Cancelled());
}

void GrpcCall::OnDone() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->streams.erase(this);
  }
  std::shared_ptr<Stream> stream;
  {
    const std::lock_guard lock(mutex_);
    stream.swap(stream_);
  }
  const auto self = std::move(self_);  // Dies, with the call, at the end of this scope.
}

void GrpcCall::EnlistForDrain() {
  bool draining = false;
  {
    const std::lock_guard lock(shared_->mutex);
    draining = shared_->draining;
    if (!draining) shared_->streams.emplace(this, weak_from_this());
  }
  if (draining) Drain();
}

void GrpcCall::Drain() {
  if (const auto open = stream()) open->Stop(Draining());
}

void GrpcCall::Write(const google::protobuf::Message& message) {
  {
    const std::lock_guard lock(mutex_);
    out_ = ToByteBuffer(message);
  }
  StartWrite(&out_);
}

void GrpcCall::End(Call& call, const Status& status) {
  SendHeaders(call);
  SendTrailers(call, status);
  Finish(ToGrpcStatus(status, call.context().correlation_id));
}

void GrpcCall::SendHeaders(Call& call) {
  if (std::exchange(headers_sent_, true)) return;
  ForEachMetadata(call.response_headers(), [&](auto& key, auto& value) { context_->AddInitialMetadata(key, value); });
}

void GrpcCall::SendTrailers(Call& call, const Status& status) {
  net::Headers trailers = call.response_trailers();
  if (!status.ok()) AddRetryAfter(status.error(), trailers);
  ForEachMetadata(trailers, [&](auto& key, auto& value) { context_->AddTrailingMetadata(key, value); });
}

Call* GrpcCall::bidi() {
  const std::lock_guard lock(mutex_);
  return bidi_.get();
}

std::shared_ptr<GrpcCall::Stream> GrpcCall::stream() {
  const std::lock_guard lock(mutex_);
  return stream_;
}

}  // namespace argus::rpc
