// Removes what has expired.
#pragma once

#include <chrono>
#include <memory>

#include "platform/runtime/runner_thread.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/trace/tracer.h"
#include "runner/metrics.h"
#include "store/metastore.h"

namespace argus::runner {

// At the start and every hour: sessions, request ids and unfinished uploads whose time is over, and delivered
// announcements. Safe on several replicas at once. The references must outlive it; the thread runs from construction to
// destruction.
class HousekeepingRunner {
 public:
  static constexpr std::chrono::hours kInterval{1};
  // Ended sessions stay recognisable for a while: a refresh token that is shown twice can still be told from an unknown one.
  static constexpr std::chrono::hours kSessionGrace{24};
  static constexpr std::chrono::hours kUploadLifetime{24};
  // Longer than any replica may lag.
  static constexpr std::chrono::hours kOutboxLifetime{1};

  HousekeepingRunner(store::Metastore& metastore, log::Logger& logger, RunMetrics& metrics,
                     std::chrono::milliseconds interval = kInterval, const trace::Tracer& tracer = trace::Off());
  ~HousekeepingRunner();

 private:
  void Run();

  store::Metastore& metastore_;
  log::Logger& logger_;
  RunMetrics& metrics_;
  const trace::Tracer& tracer_;
  const std::shared_ptr<CancelToken> stop_ = std::make_shared<CancelToken>();
  PeriodicThread thread_;
};

// One pass, for the runner and its test.
Status CleanUp(store::Metastore& metastore, const RequestContext& ctx);

}  // namespace argus::runner
