// grpc.health.v1 (Check and Watch) as an ordinary service of the dispatcher.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "grpc/health/v1/health.pb.h"
#include "platform/rpc/dispatcher.h"

namespace argus::rpc {

// Thread-safe. The empty service name stands for the whole server.
class HealthService {
 public:
  using ServingStatus = grpc::health::v1::HealthCheckResponse::ServingStatus;

  HealthService();

  // Declares the service and its handlers. This must outlive the dispatcher's last call.
  void Register(Dispatcher& dispatcher);
  // Wakes every watcher whose answer changes.
  void Set(std::string_view service, ServingStatus status);
  // Every service that was ever set.
  void SetAll(ServingStatus status);

 private:
  struct State;
  class Watch;

  Result<grpc::health::v1::HealthCheckResponse> Check(RequestContext& context,
                                                      const grpc::health::v1::HealthCheckRequest& request);
  Result<std::unique_ptr<Subscription>> OpenWatch(RequestContext& context,
                                                  const grpc::health::v1::HealthCheckRequest& request);

  const std::shared_ptr<State> state_;
};

}  // namespace argus::rpc
