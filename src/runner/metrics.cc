#include "runner/metrics.h"

#include <string_view>

namespace argus::runner {
namespace {

// In the order of Runner.
constexpr std::array<std::string_view, kRunners> kNames = {"task_run",     "plan_check", "reconcile", "schema_sync",
                                                           "housekeeping", "outbox",     "gauges"};

constexpr std::size_t IndexOf(Runner runner) { return static_cast<std::size_t>(runner); }

double UnixNow() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

RunMetrics::RunMetrics(metrics::Registry& registry)
    : schema_sync_lease_(registry.GetGauge(kLeaseHeld, {kNames[IndexOf(Runner::kSchemaSync)]})),
      postgres_(registry.GetHistogram(kTargetQueryDuration, {"postgres"})),
      sqlite_(registry.GetHistogram(kTargetQueryDuration, {"sqlite"})),
      outbox_backlog_(registry.GetGauge(kOutboxBacklog)) {
  for (std::size_t i = 0; i < kRunners; ++i) {
    passes_[i] = {&registry.GetCounter(kRuns, {kNames[i], "ok"}), &registry.GetCounter(kRuns, {kNames[i], "error"}),
                  &registry.GetGauge(kLastSuccess, {kNames[i]})};
  }
}

void RunMetrics::PassEnded(Runner runner, bool ok) {
  const Pass& pass = passes_[IndexOf(runner)];
  (ok ? pass.ok : pass.error)->Increment();
  if (ok) pass.last_success->Set(UnixNow());
}

void RunMetrics::SchemaSyncLeaseHeld(bool held) { schema_sync_lease_.Set(held ? 1 : 0); }

void RunMetrics::TargetStatementEnded(v1::Engine engine, std::chrono::nanoseconds duration) {
  auto& histogram = engine == v1::SQLITE ? sqlite_ : postgres_;
  histogram.Observe(std::chrono::duration<double>(duration).count());
}

void RunMetrics::OutboxBacklog(std::int64_t announcements) { outbox_backlog_.Set(static_cast<double>(announcements)); }

}  // namespace argus::runner
