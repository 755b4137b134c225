// Everything that works in the background, built once.
#pragma once

#include <memory>
#include <string>

#include "command/schema_sync.h"
#include "command/targets.h"
#include "platform/db/listen.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/metrics/registry.h"
#include "review/reviewer.h"
#include "runner/gauge_runner.h"
#include "runner/housekeeping_runner.h"
#include "runner/metrics.h"
#include "runner/outbox_runner.h"
#include "runner/plan_check_runner.h"
#include "runner/reconcile_runner.h"
#include "runner/schema_sync_runner.h"
#include "runner/task_run_runner.h"
#include "store/metastore.h"

namespace argus::app {

struct RunnerDeps {
  store::Metastore& metastore;
  const command::Targets& targets;
  const command::SchemaSync& sync;
  log::Logger& logger;
  metrics::Registry& registry;
  command::ChangeMetrics& changes;
  std::string data_dir;
  const trace::Tracer& tracer = trace::Off();
};

// Runs from construction to destruction. The references must outlive it. Runs that a dead process left behind are decided
// while new ones are claimed; the metastore keeps the two apart.
class Runners {
 public:
  // `wire` joins replicas; null where the metastore is this process's alone.
  Runners(const RunnerDeps& deps, std::unique_ptr<db::Notifier> wire)
      : metrics_(deps.registry),
        gauge_metrics_(deps.registry),
        services_{deps.metastore, deps.targets, deps.logger, metrics_, deps.changes, deps.tracer},
        schema_sync_(deps.metastore, deps.sync, deps.logger, metrics_, deps.tracer),
        housekeeping_(deps.metastore, deps.logger, metrics_, runner::HousekeepingRunner::kInterval, deps.tracer),
        reconcile_(services_),
        plan_checks_(services_, reviewer_),
        task_runs_(services_),
        gauges_({deps.metastore, deps.logger, metrics_, gauge_metrics_, deps.changes, deps.tracer}, deps.data_dir),
        wire_(std::move(wire)) {
    if (wire_) outbox_ = std::make_unique<runner::OutboxRunner>(deps.metastore, *wire_, deps.logger, metrics_,
                                                            runner::OutboxRunner::kPollInterval, deps.tracer);
  }

  // Claims no more task runs and waits for those under way until `deadline`, then interrupts them. True when none had to be.
  bool Drain(MonotonicTime deadline) { return task_runs_.Stop(deadline); }

 private:
  runner::RunMetrics metrics_;
  runner::GaugeMetrics gauge_metrics_;
  review::Reviewer reviewer_;
  const runner::RunServices services_;
  runner::SchemaSyncRunner schema_sync_;
  runner::HousekeepingRunner housekeeping_;
  runner::ReconcileRunner reconcile_;
  runner::PlanCheckRunner plan_checks_;
  runner::TaskRunRunner task_runs_;
  runner::GaugeRunner gauges_;
  std::unique_ptr<db::Notifier> wire_;
  std::unique_ptr<runner::OutboxRunner> outbox_;
};

}  // namespace argus::app
