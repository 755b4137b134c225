// Whether this process should get requests, asked in the background so that health checks cost nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/runtime/runner_thread.h"
#include "platform/telemetry/log/logger.h"
#include "store/metastore.h"

namespace argus::api {

struct HealthCheck {
  std::string name;
  bool ok = false;
  std::chrono::nanoseconds age{0};  // since it was looked at last
};

// Asks the metastore every second, with 500 ms to answer. Thread-safe; what is asked of it never waits.
class Readiness {
 public:
  // Called, one call at a time and with a mutex held, whenever ready() has changed.
  using Listener = std::function<void(bool ready)>;

  // Both must outlive it. Has asked once when the constructor returns.
  Readiness(store::Metastore& metastore, log::Logger& logger);

  // At most one. Called at once with what holds now; what it uses must live until it is replaced or this is destroyed.
  void SetListener(Listener listener);

  // From now on it is not ready.
  void StartDrain();
  bool draining() const { return draining_.load(std::memory_order_acquire); }
  bool ready() const { return MetastoreOk(clock_.Monotonic()) && !draining(); }
  std::vector<HealthCheck> Checks() const;

 private:
  void Probe();
  // The last answer, unless the metastore already owes the next one.
  bool MetastoreOk(MonotonicTime now) const;
  void Publish();

  store::Metastore& metastore_;
  const Clock& clock_;
  log::Logger& logger_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> metastore_ok_{false};
  std::atomic<MonotonicTime> asked_at_{MonotonicTime::max()};  // max(): nothing is being asked
  std::atomic<MonotonicTime> answered_at_{MonotonicTime::min()};
  std::mutex mutex_;
  Listener listener_;
  bool published_ = false;
  PeriodicThread prober_;  // Last: it uses what stands above.
};

}  // namespace argus::api
