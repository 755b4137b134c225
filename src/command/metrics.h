// What changes count: each fact when the transaction that made it has committed.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "contract/contract.h"
#include "domain/gate.h"
#include "platform/telemetry/metrics/registry.h"
#include "store/freeze_violation_store.h"
#include "store/transaction.h"

namespace argus::command {

inline constexpr metrics::Family kTaskRuns{
    metrics::Type::kCounter,
    "argus_task_run_total",
    "Task runs at their end, each once: done, failed, canceled, or unknown where the outcome could not be proven (a "
    "person's "
    "later decision is not counted again). Environments beyond the first 20 are 'other'.",
    {"state", "engine", "environment"}};
inline constexpr metrics::Family kTaskRunDuration{
    metrics::Type::kHistogram,
    "argus_task_run_duration_seconds",
    "Time from the start of a task run to its end; runs that never started are left out.",
    {"state", "engine"},
    {0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400}};
inline constexpr metrics::Family kTaskRunWait{
    metrics::Type::kHistogram,
    "argus_task_run_wait_seconds",
    "Time that a task run waited before its start, from its creation or, if later, the time it was scheduled for.",
    {},
    {0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400, 604800}};
inline constexpr metrics::Family kRowsAffected{metrics::Type::kCounter,
                                               "argus_task_run_affected_rows_total",
                                               "Rows that task runs changed on their targets, of those that are done.",
                                               {"engine"}};

inline constexpr metrics::Family kPlanCheckRuns{
    metrics::Type::kCounter,
    "argus_plan_check_run_total",
    "Plan checks at their end, by verdict (success, warning, error), or failed or canceled without one.",
    {"type", "status"}};
inline constexpr metrics::Family kPlanCheckRunDuration{metrics::Type::kHistogram,
                                                       "argus_plan_check_run_duration_seconds",
                                                       "Time from the claim of a plan check to its end.",
                                                       {"type"},
                                                       {0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60}};

inline constexpr metrics::Family kRolloutsStarted{metrics::Type::kCounter, "argus_rollout_started_total",
                                                  "Rollouts whose first task was allowed to run, each once."};
inline constexpr metrics::Family kRolloutsEnded{
    metrics::Type::kCounter,
    "argus_rollout_total",
    "Rollouts that came to an end. One that failed and was started again ends more than once.",
    {"state"}};
inline constexpr metrics::Family kRolloutDuration{
    metrics::Type::kHistogram,
    "argus_rollout_duration_seconds",
    "Time from the start of a rollout to its end; rollouts that never started are left out.",
    {"state"},
    {1, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400, 604800, 2592000}};

inline constexpr metrics::Family kApprovalDuration{
    metrics::Type::kHistogram,
    "argus_issue_approval_duration_seconds",
    "Time from the request for an approval to its final yes or no, of a whole flow with all of its steps.",
    {},
    {60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800, 2592000}};
inline constexpr metrics::Family kApprovalDecisions{
    metrics::Type::kCounter, "argus_issue_approval_decision_total", "Decisions of single approvers.", {"decision"}};

inline constexpr metrics::Family kGateVerdicts{metrics::Type::kCounter,
                                               "argus_gate_verdict_total",
                                               "What the gates said when a change was asked to start: open, or closed. "
                                               "A task run that waits is counted as closed once "
                                               "for each gate and replica, not each time it is looked at.",
                                               {"gate", "verdict"}};
inline constexpr metrics::Family kFreezeViolations{metrics::Type::kCounter,
                                                   "argus_freeze_violation_total",
                                                   "Tasks that a freeze window kept from running (blocked) and that "
                                                   "ran inside of one with a reason (overridden); each task "
                                                   "and window once.",
                                                   {"kind"}};

inline constexpr metrics::Family kFamilies[] = {
    kTaskRuns,        kTaskRunDuration, kTaskRunWait,     kRowsAffected,     kPlanCheckRuns,     kPlanCheckRunDuration,
    kRolloutsStarted, kRolloutsEnded,   kRolloutDuration, kApprovalDuration, kApprovalDecisions, kGateVerdicts,
    kFreezeViolations};

// The gates that are asked about a change as a whole, and those that are asked about a single task.
enum class Gates { kOfStart, kOfTask };

// Thread-safe. What takes a transaction is counted when that has committed, and not at all if it does not. Must outlive
// the transactions.
class ChangeMetrics {
 public:
  // `registry` must outlive it.
  explicit ChangeMetrics(metrics::Registry& registry);

  // From now on the environment's series exist. "dev" or "environments/dev".
  void KnowEnvironment(std::string_view environment);

  void TaskRunStarted(store::Transaction& tx, const v1::TaskRun& run, const v1::Task& task);
  void TaskRunEnded(store::Transaction& tx, const v1::TaskRun& run, v1::Engine engine, std::string_view environment);

  void PlanCheckEnded(store::Transaction& tx, const v1::PlanCheckRun& run);
  void PlanCheckCanceled(store::Transaction& tx, v1::PlanCheckRun::Type type);

  void RolloutStarted(store::Transaction& tx);
  void RolloutEnded(store::Transaction& tx, const v1::Rollout& rollout);

  // One approver's decision, and `after` it the approval as it stands.
  void ApprovalDecided(store::Transaction& tx, bool approved, const v1::Approval& after);

  void GatesOpen(store::Transaction& tx, Gates asked);
  // A request that was refused.
  void GatesClosed(const domain::Verdict& verdict);
  // The same of a run that waits, however often it is asked.
  void RunHeldBack(std::int64_t run, const domain::Verdict& verdict);

  void FreezeViolated(store::Transaction& tx, store::FreezeViolation kind);

 private:
  // The first 20 ids, then "other": the one label that people choose.
  std::string EnvironmentLabel(std::string_view environment);
  void CreateClosedSets();

  metrics::Registry& registry_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> environments_;
  std::set<std::pair<std::int64_t, std::string>> held_;  // run, gate
};

}  // namespace argus::command
