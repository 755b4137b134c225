// Reads from the metastore what gauges show, so that a scrape never has to.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "command/metrics.h"
#include "platform/runtime/runner_thread.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/trace/tracer.h"
#include "runner/gauge_metrics.h"
#include "runner/metrics.h"
#include "store/metastore.h"

namespace argus::runner {

struct GaugeServices {
  store::Metastore& metastore;
  log::Logger& logger;
  RunMetrics& runs;
  GaugeMetrics& gauges;
  command::ChangeMetrics& changes;
  const trace::Tracer& tracer = trace::Off();
};

// At the start and every ten seconds. While the metastore is down the gauges keep their values. The references must
// outlive it; the thread runs from construction to destruction.
class GaugeRunner {
 public:
  static constexpr std::chrono::milliseconds kInterval{10'000};

  GaugeRunner(const GaugeServices& services, std::string data_dir, std::chrono::milliseconds interval = kInterval);
  ~GaugeRunner();

  // The next pass begins now.
  void Wake() { thread_.Wake(); }

 private:
  void Pass();
  Status Refresh();
  Status Probe();

  const GaugeServices services_;
  const std::string data_dir_;
  const std::shared_ptr<CancelToken> stop_ = std::make_shared<CancelToken>();
  bool failing_ = false;  // The thread's own: a failure is logged once.
  PeriodicThread thread_;
};

}  // namespace argus::runner
