// What background work counts about itself. What it does to changes is counted by command::ChangeMetrics.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "contract/contract.h"
#include "platform/telemetry/metrics/registry.h"

namespace argus::runner {

inline constexpr metrics::Family kRuns{metrics::Type::kCounter,
                                       "argus_runner_run_total",
                                       "Wake-ups of background runners, by how they came out (ok, error).",
                                       {"runner", "result"}};
inline constexpr metrics::Family kLastSuccess{
    metrics::Type::kGauge,
    "argus_runner_last_success_timestamp_seconds",
    "When the runner last came to an end without an error, Unix time; 0: not yet since the start of this process.",
    {"runner"},
    {},
    metrics::Replicas::kMax};
inline constexpr metrics::Family kLeaseHeld{
    metrics::Type::kGauge,
    "argus_runner_lease_held",
    "1 where this replica holds the lease of a runner that only one replica may be; the sum over replicas is 1.",
    {"runner"}};
inline constexpr metrics::Family kTargetQueryDuration{metrics::Type::kHistogram,
                                                      "argus_target_query_duration_seconds",
                                                      "Time of one statement of a task run on its target database.",
                                                      {"engine"},
                                                      {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600, 3600}};
inline constexpr metrics::Family kOutboxBacklog{
    metrics::Type::kGauge,
    "argus_outbox_backlog",
    "Announcements of other replicas that this one has not read yet; 0 where there are no others (SQLite).",
    {},
    {},
    metrics::Replicas::kMax};

inline constexpr metrics::Family kRunnerFamilies[] = {kRuns, kLastSuccess, kLeaseHeld, kTargetQueryDuration,
                                                      kOutboxBacklog};

enum class Runner { kTaskRun, kPlanCheck, kReconcile, kSchemaSync, kHousekeeping, kOutbox, kGauges };
inline constexpr std::size_t kRunners = 7;

// Thread-safe. Every series exists from the start.
class RunMetrics {
 public:
  // `registry` must outlive it.
  explicit RunMetrics(metrics::Registry& registry);

  void PassEnded(Runner runner, bool ok);
  void SchemaSyncLeaseHeld(bool held);
  void TargetStatementEnded(v1::Engine engine, std::chrono::nanoseconds duration);
  void OutboxBacklog(std::int64_t announcements);

 private:
  struct Pass {
    metrics::Counter* ok;
    metrics::Counter* error;
    metrics::Gauge* last_success;
  };
  std::array<Pass, kRunners> passes_;
  metrics::Gauge& schema_sync_lease_;
  metrics::Histogram& postgres_;
  metrics::Histogram& sqlite_;
  metrics::Gauge& outbox_backlog_;
};

}  // namespace argus::runner
