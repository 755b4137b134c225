#include "platform/rpc/grpc_health.h"

#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "platform/base/reasons.h"

namespace argus::rpc {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Outlives the service for as long as a watch is open.
struct HealthService::State {
  std::optional<ServingStatus> StatusOf(const std::string& service) {
    const std::lock_guard lock(mutex);
    const auto found = services.find(service);
    return found == services.end() ? std::nullopt : std::optional(found->second);
  }

  void WakeAll() {
    std::vector<std::function<void()>> wakes;
    {
      const std::lock_guard lock(mutex);
      for (const auto& [watch, wake] : watchers) wakes.push_back(wake);
    }
    for (const auto& wake : wakes) wake();
  }

  std::mutex mutex;
  std::map<std::string, ServingStatus, std::less<>> services;
  std::map<const Watch*, std::function<void()>> watchers;
};

// Gives the present status, then each different one.
class HealthService::Watch final : public Subscription {
 public:
  Watch(std::shared_ptr<State> state, std::string service) : state_(std::move(state)), service_(std::move(service)) {}
  ~Watch() override {
    const std::lock_guard lock(state_->mutex);
    state_->watchers.erase(this);
  }

  Result<StreamItem> Next(RequestContext&) override {
    const auto status = state_->StatusOf(service_).value_or(HealthCheckResponse::SERVICE_UNKNOWN);
    if (last_ == status) return StreamItem::Idle();
    last_ = status;
    auto response = std::make_unique<HealthCheckResponse>();
    response->set_status(status);
    return StreamItem::Of(std::move(response));
  }

  void SetWake(std::function<void()> wake) override {
    const std::lock_guard lock(state_->mutex);
    state_->watchers.emplace(this, std::move(wake));
  }

 private:
  const std::shared_ptr<State> state_;
  const std::string service_;
  std::optional<ServingStatus> last_;
};

HealthService::HealthService() : state_(std::make_shared<State>()) {}

void HealthService::Register(Dispatcher& dispatcher) {
  ServiceBinder(dispatcher, "grpc.health.v1.Health", this)
      .Unary("Check", &HealthService::Check)
      .ServerStream("Watch", &HealthService::OpenWatch);
}

void HealthService::Set(std::string_view service, ServingStatus status) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->services.insert_or_assign(std::string(service), status);
  }
  state_->WakeAll();
}

void HealthService::SetAll(ServingStatus status) {
  {
    const std::lock_guard lock(state_->mutex);
    for (auto& [service, present] : state_->services) present = status;
  }
  state_->WakeAll();
}

Result<HealthCheckResponse> HealthService::Check(RequestContext&, const HealthCheckRequest& request) {
  const auto status = state_->StatusOf(request.service());
  if (!status) return Error(Code::kNotFound, reasons::kServiceUnknown, "no service of that name is served");
  HealthCheckResponse response;
  response.set_status(*status);
  return response;
}

Result<std::unique_ptr<Subscription>> HealthService::OpenWatch(RequestContext&, const HealthCheckRequest& request) {
  return std::unique_ptr<Subscription>(std::make_unique<Watch>(state_, request.service()));
}

}  // namespace argus::rpc
