// Whether this process should get requests, asked in the background so that health checks cost nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "platform/runtime/runner_thread.h"
#include "platform/telemetry/log/logger.h"
#include "store/metastore.h"

namespace argus::api {

struct HealthCheck {
  std::string name;
  bool ok = false;
};

// Asks the metastore every second, with 500 ms to answer. Thread-safe; what is asked of it never waits.
class Readiness {
 public:
  // Both must outlive it. Has asked once when the constructor returns.
  Readiness(store::Metastore& metastore, log::Logger& logger);

  // From now on it is not ready.
  void StartDrain() { draining_.store(true, std::memory_order_release); }
  bool draining() const { return draining_.load(std::memory_order_acquire); }
  bool ready() const { return metastore_ok_.load(std::memory_order_acquire) && !draining(); }
  std::vector<HealthCheck> Checks() const;

 private:
  void Probe();

  store::Metastore& metastore_;
  log::Logger& logger_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> metastore_ok_{false};
  PeriodicThread prober_;  // Last: it uses what stands above.
};

}  // namespace argus::api
