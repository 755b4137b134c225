// One gRPC call. Private to this module: pulls in grpc++.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "platform/rpc/grpc_server.h"
#include "platform/rpc/stream_pump.h"

namespace argus::rpc {

class GrpcCall;

// What all calls of one server share.
struct GrpcContext {
  GrpcServerOptions options;
  const Dispatcher& dispatcher;
  WorkerPool& workers;

  std::mutex mutex;
  bool draining = false;                                 // guarded by mutex
  std::map<GrpcCall*, std::weak_ptr<GrpcCall>> streams;  // guarded by mutex: open server streams

  // Tells of a call that is refused before it becomes one; returns what it ends with.
  grpc::Status Refuse(grpc::GenericCallbackServerContext& context, const Error& error) const;
};

// The reactor of one call: reads the request, runs it on a worker, writes the answer. Owns itself from Begin() until
// grpc++ says OnDone(). Finish is called exactly once, by whoever ends the call.
class GrpcCall final : public grpc::ServerGenericBidiReactor, public std::enable_shared_from_this<GrpcCall> {
 public:
  GrpcCall(std::shared_ptr<GrpcContext> shared, grpc::GenericCallbackServerContext* context, const Method& method);

  void Begin();
  // Asks a server stream to end.
  void Drain();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // Sends one message of a stream; OnWriteDone follows.
  void Write(const google::protobuf::Message& message);
  void End(Call& call, const Status& status);

 private:
  class Stream;

  Arrival TakeArrival();
  // Runs `work` on a worker, or ends the call as overloaded.
  void OnWorker(void (GrpcCall::*work)());
  void RunUnary();
  void OpenStream();
  void OpenBidi();
  void ExchangeOne();
  void EnlistForDrain();
  void SendHeaders(Call& call);
  void SendTrailers(Call& call, const Status& status);
  std::shared_ptr<Stream> stream();
  Call* bidi();

  const std::shared_ptr<GrpcContext> shared_;
  grpc::GenericCallbackServerContext* const context_;
  const Method& method_;
  const std::shared_ptr<CancelToken> cancel_ = std::make_shared<CancelToken>();
  std::shared_ptr<GrpcCall> self_;
  grpc::ByteBuffer in_;
  bool headers_sent_ = false;
  // Taken before each operation and after it, so that one worker's doings are visible to the next.
  std::mutex mutex_;
  grpc::ByteBuffer out_;
  std::unique_ptr<Call> bidi_;      // of a bidirectional stream, once opened
  std::shared_ptr<Stream> stream_;  // of a server stream, once opened
};

}  // namespace argus::rpc
