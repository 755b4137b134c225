// What background work counts.
#pragma once

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "contract/contract.h"
#include "platform/telemetry/metrics/registry.h"

namespace argus::runner {

inline constexpr metrics::Family kTaskRuns{metrics::Type::kCounter,
                                           "argus_task_run_total",
                                           "Task runs that ended (done, failed, canceled) or whose outcome is unknown.",
                                           {"state", "engine", "environment"}};
inline constexpr metrics::Family kTaskRunDuration{metrics::Type::kHistogram,
                                                  "argus_task_run_duration_seconds",
                                                  "Time from the claim of a task run to its outcome.",
                                                  {"state", "engine"},
                                                  {0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400}};
inline constexpr metrics::Family kPlanCheckRuns{
    metrics::Type::kCounter,
    "argus_plan_check_run_total",
    "Plan checks that ended, by verdict (success, warning, error); failed: without one.",
    {"type", "status"}};
inline constexpr metrics::Family kPlanCheckRunDuration{metrics::Type::kHistogram,
                                                       "argus_plan_check_run_duration_seconds",
                                                       "Time from the claim of a plan check to its end.",
                                                       {"type"},
                                                       {0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60}};

// Thread-safe.
class RunMetrics {
 public:
  // `registry` must outlive it.
  explicit RunMetrics(metrics::Registry& registry) : registry_(registry) {}

  // `environment` is "environments/dev".
  void TaskRunEnded(v1::TaskRun::State state, v1::Engine engine, std::string_view environment,
                    std::chrono::nanoseconds duration);
  void PlanCheckEnded(const v1::PlanCheckRun& run, std::chrono::nanoseconds duration);

 private:
  // The first 20 ids, then "other": the one label that people choose.
  std::string EnvironmentLabel(std::string_view environment);

  metrics::Registry& registry_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> environments_;
};

}  // namespace argus::runner
