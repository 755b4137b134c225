#include "api/readiness.h"

#include "api/log_events.h"

namespace argus::api {
namespace {

constexpr std::chrono::milliseconds kInterval{1000};
constexpr std::chrono::milliseconds kTimeout{500};

}  // namespace

Readiness::Readiness(store::Metastore& metastore, log::Logger& logger)
    : metastore_(metastore),
      logger_(logger),
      metastore_ok_(metastore.Ping(kTimeout).ok()),
      prober_("readiness", kInterval, [this] { Probe(); }) {}

std::vector<HealthCheck> Readiness::Checks() const {
  return {{"metastore", metastore_ok_.load(std::memory_order_acquire)}, {"not_draining", !draining()}};
}

void Readiness::Probe() {
  const Status status = metastore_.Ping(kTimeout);
  const bool was_ok = metastore_ok_.exchange(status.ok(), std::memory_order_acq_rel);
  if (was_ok && !status.ok()) logger_.Log({}, events::kNotReady, status.error());
  if (!was_ok && status.ok()) logger_.Log({}, events::kReady);
}

}  // namespace argus::api
