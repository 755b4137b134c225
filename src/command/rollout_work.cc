#include "command/rollout_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "command/change_facts.h"
#include "domain/reasons.h"
#include "domain/rollout.h"
#include "store/issue_store.h"
#include "store/rollout_store.h"
#include "store/row.h"
#include "store/task_run_store.h"
#include "store/task_store.h"

namespace argus::command {
namespace {

bool IsBroken(const v1::Task& task) {
  return task.state() == v1::Task::FAILED || task.state() == v1::Task::CANCELED || task.state() == v1::Task::UNKNOWN;
}

}  // namespace

Result<RolloutWork> RolloutWork::Load(Work& work, ChangeMetrics& metrics, const domain::RolloutName& name) {
  ARGUS_ASSIGN(auto rollout, store::GetRollout(work.tx(), name));
  return RolloutWork(work, metrics, std::move(rollout));
}

std::vector<v1::Task*> RolloutWork::tasks() {
  std::vector<v1::Task*> all;
  for (auto& stage : *rollout_.mutable_stages()) {
    for (auto& task : *stage.mutable_tasks()) all.push_back(&task);
  }
  return all;
}

Result<v1::Task*> RolloutWork::Find(std::string_view name) {
  for (v1::Task* task : tasks()) {
    if (task->name() == name) return task;
  }
  return domain::NotFound(name);
}

Status RolloutWork::Move(domain::RolloutEvent event) {
  ARGUS_ASSIGN(const auto state, domain::Next(rollout_.state(), event));
  rollout_.set_state(state);
  if (state == v1::Rollout::RUNNING && !rollout_.has_start_time()) {
    *rollout_.mutable_start_time() = store::ToProto(work_.now());
    metrics_.RolloutStarted(work_.tx());
  }
  if (domain::IsFinal(state)) *rollout_.mutable_end_time() = store::ToProto(work_.now());
  if (domain::IsFinal(state) || state == v1::Rollout::FAILED) metrics_.RolloutEnded(work_.tx(), rollout_);
  changed_ = true;
  return Ok();
}

void RolloutWork::MakeAutomatic() {
  changed_ = changed_ || !rollout_.automatic();
  rollout_.set_automatic(true);
}

Status RolloutWork::Change(v1::Task& task, domain::TaskEvent event) {
  ARGUS_ASSIGN(const auto state, domain::Next(task.state(), event));
  task.set_state(state);
  ARGUS_ASSIGN(task, store::UpdateTask(work_.tx(), task));
  return Ok();
}

Result<v1::TaskRun> RolloutWork::Enqueue(v1::Task& task, const RunOrder& order) {
  ARGUS_RETURN_IF_ERROR(Change(task, domain::TaskEvent::kEnqueue));
  v1::TaskRun run;
  run.set_creator(order.creator);
  if (task.environment() == order.override_environment) run.set_override_freeze_reason(order.override_freeze_reason);
  ARGUS_ASSIGN(run, store::InsertTaskRun(work_.tx(), task, std::move(run)));
  task.set_latest_task_run(run.name());
  return run;
}

Result<v1::TaskRun> RolloutWork::CancelRun(v1::Task& task) {
  if (task.latest_task_run().empty()) {
    return Error(Code::kFailedPrecondition, reasons::kInvalidStateTransition, fmt::format("{} has no run.", task.name()));
  }
  ARGUS_ASSIGN(const auto name, domain::TaskRunName::Parse(task.latest_task_run()));
  ARGUS_ASSIGN(auto run, store::GetTaskRun(work_.tx(), name));
  if (run.state() == v1::TaskRun::PENDING) ARGUS_RETURN_IF_ERROR(CancelWaiting(task, run));
  if (run.state() == v1::TaskRun::RUNNING && !run.cancel_requested()) {
    ARGUS_ASSIGN(run, store::RequestCancel(work_.tx(), std::move(run)));
    work_.Record({.resource = run.name(), .extra = Extra({{"state", "RUNNING"}}), .action = "bb.taskrun.cancel"});
  }
  return run;
}

Status RolloutWork::CancelWaiting(v1::Task& task, v1::TaskRun& run) {
  ARGUS_ASSIGN(const auto state, domain::Next(run.state(), domain::TaskRunEvent::kCancel));
  run.set_state(state);
  *run.mutable_end_time() = store::ToProto(work_.now());
  ARGUS_ASSIGN(run, store::UpdateTaskRun(work_.tx(), std::move(run)));
  ARGUS_ASSIGN(const auto engine, EngineOf(work_.tx(), task.target()));
  metrics_.TaskRunEnded(work_.tx(), run, engine, task.environment());
  work_.Record({.resource = run.name(), .extra = Extra({{"state", "CANCELED"}}), .action = "bb.taskrun.cancel"});
  return Change(task, domain::TaskEvent::kCancel);
}

Status RolloutWork::CancelSuccessors(const v1::Task& task) {
  bool behind = false;
  for (v1::Task* other : tasks()) {
    const bool waits = behind && other->target() == task.target() && other->environment() == task.environment() &&
                       other->state() == v1::Task::PENDING;
    if (waits) ARGUS_RETURN_IF_ERROR(CancelRun(*other));
    behind = behind || other->name() == task.name();
  }
  return Ok();
}

Result<v1::Rollout> RolloutWork::Settle(const RunOrder& next) {
  ARGUS_RETURN_IF_ERROR(SettleState());
  if (rollout_.state() == v1::Rollout::RUNNING && rollout_.automatic()) ARGUS_RETURN_IF_ERROR(EnqueueNext(next));
  if (!changed_) return rollout_;
  ARGUS_ASSIGN(rollout_, store::UpdateRollout(work_.tx(), std::move(rollout_)));
  return rollout_;
}

Status RolloutWork::SettleState() {
  const auto settled = domain::SettledState(rollout_);
  if (domain::IsFinal(rollout_.state()) || settled == rollout_.state()) return Ok();
  const bool done = settled == v1::Rollout::DONE;
  ARGUS_RETURN_IF_ERROR(Move(done ? domain::RolloutEvent::kComplete : domain::RolloutEvent::kFail));
  work_.Record({.resource = rollout_.name(),
                .severity = done ? v1::AuditLog::INFO : v1::AuditLog::WARNING,
                .action = done ? "bb.rollout.complete" : "bb.rollout.fail"});
  return done ? CompleteIssue() : Ok();
}

Status RolloutWork::CompleteIssue() {
  if (rollout_.issue().empty()) return Ok();
  ARGUS_ASSIGN(const auto name, domain::IssueName::Parse(rollout_.issue()));
  ARGUS_ASSIGN(auto issue, store::GetIssue(work_.tx(), name));
  if (issue.state() != v1::Issue::OPEN) return Ok();
  ARGUS_ASSIGN(const auto state, domain::Next(issue.state(), domain::IssueEvent::kComplete));
  issue.set_state(state);
  ARGUS_RETURN_IF_ERROR(store::UpdateIssue(work_.tx(), std::move(issue)));
  work_.Record({.resource = rollout_.issue(), .extra = Extra({{"rollout", rollout_.name()}}), .action = "bb.issue.complete"});
  return Ok();
}

// After a failure nothing new starts by itself.
Status RolloutWork::EnqueueNext(const RunOrder& order) {
  const auto all = tasks();
  if (std::any_of(all.begin(), all.end(), [](const v1::Task* task) { return IsBroken(*task); })) return Ok();
  const auto next = domain::NextTasks(rollout_);
  const std::unordered_set<const v1::Task*> chosen(next.begin(), next.end());
  for (v1::Task* task : all) {
    if (chosen.contains(task)) ARGUS_RETURN_IF_ERROR(Enqueue(*task, order));
  }
  return Ok();
}

}  // namespace argus::command
