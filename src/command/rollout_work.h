// One rollout as a piece of work changes it: loaded once, with its tasks, and settled at the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command/metrics.h"
#include "command/work.h"
#include "contract/contract.h"
#include "domain/resource_name.h"
#include "domain/state.h"
#include "platform/base/result.h"

namespace argus::command {

// On whose word tasks are run.
struct RunOrder {
  std::string creator;
  // Why they may run inside a freeze window of `override_environment`; empty: they may not.
  std::string override_freeze_reason;
  std::string override_environment;
};

// Not thread-safe; belongs to one attempt at one transaction.
class RolloutWork {
 public:
  // `work` and `metrics` must outlive it. NOT_FOUND.
  static Result<RolloutWork> Load(Work& work, ChangeMetrics& metrics, const domain::RolloutName& name);

  const v1::Rollout& rollout() const { return rollout_; }
  // All, in the order of execution; valid as long as this.
  std::vector<v1::Task*> tasks();
  // NOT_FOUND for one of another rollout.
  Result<v1::Task*> Find(std::string_view task);

  // Changes states by the tables of domain/state.h; the times that hang on them follow.
  Status Move(domain::RolloutEvent event);
  Status Change(v1::Task& task, domain::TaskEvent event);
  // From now on it goes on by itself.
  void MakeAutomatic();

  // NOT_STARTED, FAILED or CANCELED -> PENDING, with a new run.
  Result<v1::TaskRun> Enqueue(v1::Task& task, const RunOrder& order);
  // The newest run of a task: one that waits ends CANCELED, and its task with it; one that runs is asked to stop; others stay
  // as they are. FAILED_PRECONDITION for a task that never ran.
  Result<v1::TaskRun> CancelRun(v1::Task& task);
  // What waits behind `task` on the same database, which will not be done now.
  Status CancelSuccessors(const v1::Task& task);

  // What follows from the tasks: the rollout is DONE (and its issue with it) or FAILED, or, while it runs, is automatic and
  // nothing failed, its next tasks are queued. Stores the rollout; to be called once, last.
  Result<v1::Rollout> Settle(const RunOrder& next);

 private:
  RolloutWork(Work& work, ChangeMetrics& metrics, v1::Rollout rollout)
      : work_(work), metrics_(metrics), rollout_(std::move(rollout)) {}
  Status CancelWaiting(v1::Task& task, v1::TaskRun& run);
  Status SettleState();
  Status CompleteIssue();
  Status EnqueueNext(const RunOrder& order);

  Work& work_;
  ChangeMetrics& metrics_;
  v1::Rollout rollout_;
  bool changed_ = false;
};

}  // namespace argus::command
