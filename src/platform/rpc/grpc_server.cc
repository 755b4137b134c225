#include "platform/rpc/grpc_server.h"

#include <fmt/format.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "platform/base/reasons.h"
#include "platform/rpc/grpc_call.h"
#include "platform/rpc/grpc_wire.h"

namespace argus::rpc {
namespace {

// Ends a call that has no method.
class Unknown final : public grpc::ServerGenericBidiReactor {
 public:
  Unknown(const GrpcContext& shared, grpc::GenericCallbackServerContext& context) {
    Finish(shared.Refuse(
        context, Error(Code::kUnimplemented, reasons::kRouteNotFound, "there is no method " + context.method())));
  }
  void OnDone() override { delete this; }
};

class Service final : public grpc::CallbackGenericService {
 public:
  explicit Service(std::shared_ptr<GrpcContext> shared) : shared_(std::move(shared)) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    const Method* method = shared_->dispatcher.Find(context->method());
    if (!method) return new Unknown(*shared_, *context);
    const auto call = std::make_shared<GrpcCall>(shared_, context, *method);
    call->Begin();
    return call.get();
  }

 private:
  const std::shared_ptr<GrpcContext> shared_;
};

std::string Endpoint(const GrpcServerOptions& options) {
  const bool v6 = options.address.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", options.address, options.port) : fmt::format("{}:{}", options.address, options.port);
}

}  // namespace

struct GrpcServer::Impl {
  explicit Impl(std::shared_ptr<GrpcContext> context) : shared(std::move(context)), service(shared) {}

  const std::shared_ptr<GrpcContext> shared;
  Service service;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
  std::once_flag stopped;
};

Result<std::unique_ptr<GrpcServer>> GrpcServer::Start(GrpcServerOptions options, const Dispatcher& dispatcher,
                                                      WorkerPool& workers) {
  auto shared = std::shared_ptr<GrpcContext>(new GrpcContext{std::move(options), dispatcher, workers});
  auto impl = std::make_unique<Impl>(shared);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(Endpoint(shared->options), grpc::InsecureServerCredentials(), &impl->port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(static_cast<int>(shared->options.message_limit));
  builder.RegisterCallbackGenericService(&impl->service);
  impl->server = builder.BuildAndStart();
  if (!impl->server || impl->port == 0) {
    return Error(Code::kUnavailable, reasons::kNetworkError,
                 fmt::format("cannot listen for gRPC on {}", Endpoint(shared->options)));
  }
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(impl)));
}

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GrpcServer::~GrpcServer() { Stop(std::chrono::milliseconds(0)); }

std::uint16_t GrpcServer::port() const { return static_cast<std::uint16_t>(impl_->port); }

void GrpcServer::StartDrain() {
  std::vector<std::shared_ptr<GrpcCall>> open;
  {
    const std::lock_guard lock(impl_->shared->mutex);
    impl_->shared->draining = true;
    for (const auto& [key, weak] : impl_->shared->streams) {
      if (auto call = weak.lock()) open.push_back(std::move(call));
    }
  }
  for (const auto& call : open) call->Drain();
}

void GrpcServer::Stop(std::chrono::milliseconds patience) {
  std::call_once(impl_->stopped, [&] {
    StartDrain();
    impl_->server->Shutdown(std::chrono::system_clock::now() + patience);
    impl_->server->Wait();
  });
}

}  // namespace argus::rpc
