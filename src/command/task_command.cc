#include "command/task_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "command/change_facts.h"
#include "command/closed_gates.h"
#include "command/freeze_override.h"
#include "command/request_checks.h"
#include "command/rollout_work.h"
#include "command/update_mask.h"
#include "command/work.h"
#include "domain/gate.h"
#include "domain/reasons.h"
#include "domain/rollout.h"
#include "store/etag.h"
#include "store/task_run_store.h"
#include "store/task_store.h"

namespace argus::command {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

Status CheckNames(const Names& tasks, const domain::RolloutName& rollout) {
  if (tasks.empty()) {
    return Error(Code::kInvalidArgument, reasons::kMissingField, "Name at least one task.").WithField("tasks", "required");
  }
  if (tasks.size() > TaskCommands::kMaxBatch) {
    return InvalidField("tasks", fmt::format("At most {} tasks in one call.", TaskCommands::kMaxBatch));
  }
  for (int i = 0; i < tasks.size(); ++i) {
    const auto name = domain::TaskName::Parse(tasks[i]);
    const std::string field = fmt::format("tasks[{}]", i);
    if (!name.ok()) return Error(name.error()).WithField(field, "a task of the rollout");
    if (name->Rollout() != rollout) return InvalidField(field, fmt::format("{} is not of {}.", tasks[i], rollout.ToString()));
  }
  return Ok();
}

Result<RolloutWork> LoadForWrite(Work& work, ChangeMetrics& metrics, const domain::RolloutName& name) {
  ARGUS_RETURN_IF_ERROR(work.Require(name.Project().ToString(), name.ToString()));
  return RolloutWork::Load(work, metrics, name);
}

// In the order of execution, each once.
Result<std::vector<v1::Task*>> Select(RolloutWork& rollout, const Names& names) {
  std::set<std::string_view> wanted(names.begin(), names.end());
  std::vector<v1::Task*> selected;
  for (v1::Task* task : rollout.tasks()) {
    if (wanted.erase(task->name()) > 0) selected.push_back(task);
  }
  if (!wanted.empty()) return domain::NotFound(*wanted.begin());
  return selected;
}

bool NeedsRun(const v1::Task* task) {
  return !domain::IsComplete(*task) && task->state() != v1::Task::PENDING && task->state() != v1::Task::RUNNING;
}

bool IsUnderWay(const v1::Task& task) { return task.state() == v1::Task::PENDING || task.state() == v1::Task::RUNNING; }

// What comes before `task` on its database is complete or on its way there.
bool FollowsOthers(const v1::Rollout& rollout, const v1::Task& task) {
  for (const auto& stage : rollout.stages()) {
    if (stage.environment() != task.environment()) continue;
    for (const auto& other : stage.tasks()) {
      if (other.name() == task.name()) return true;
      if (other.target() == task.target() && !domain::IsComplete(other) && !IsUnderWay(other)) return false;
    }
  }
  return true;
}

// What keeps the task from being queued. Waiting for its time, or for a task before it that is queued, does not.
std::vector<v1::GateFinding> Objections(const domain::ChangeFacts& facts, const v1::Rollout& rollout,
                                        const v1::Task& task) {
  auto findings = domain::JudgeTask(facts, rollout, task).findings;
  const bool follows = FollowsOthers(rollout, task);
  std::erase_if(findings, [&](const v1::GateFinding& finding) {
    return finding.gate() == domain::gate::kSchedule || (finding.gate() == domain::gate::kTaskOrder && follows);
  });
  return findings;
}

void AddNew(const std::vector<v1::GateFinding>& findings, domain::Verdict& verdict) {
  for (const auto& finding : findings) {
    const bool known = std::any_of(verdict.findings.begin(), verdict.findings.end(), [&](const auto& other) {
      return other.gate() == finding.gate() && other.reason() == finding.reason();
    });
    if (!known) verdict.findings.push_back(finding);
  }
}

// All or, with every objection as the error and in `closed`, none.
Status EnqueueAll(Work& work, RolloutWork& rollout, const std::vector<v1::Task*>& tasks, const std::string& override_reason,
                  ClosedGates& closed) {
  ARGUS_ASSIGN(const auto facts, LoadChangeFacts(work.tx(), rollout.rollout().plan(), work.now()));
  closed = {};
  for (v1::Task* task : tasks) {
    AddNew(Objections(facts.View(!override_reason.empty()), rollout.rollout(), *task), closed.verdict);
    auto frozen = override_reason.empty() ? FindFrozen(facts, *task) : std::nullopt;
    if (frozen) closed.frozen.push_back(*std::move(frozen));
    if (!closed.verdict.open()) continue;
    ARGUS_RETURN_IF_ERROR(rollout.Enqueue(*task, {work.caller().user, override_reason, task->environment()}));
  }
  return closed.verdict.open() ? Ok() : Status(domain::GateClosed(closed.verdict));
}

Status RunTasks(Work& work, RolloutWork& rollout, std::vector<v1::Task*> tasks, const std::string& override_reason,
                ClosedGates& closed) {
  std::erase_if(tasks, [](const v1::Task* task) { return !NeedsRun(task); });
  if (tasks.empty()) return Ok();
  const auto state = rollout.rollout().state();
  if (state == v1::Rollout::NOT_STARTED || state == v1::Rollout::FAILED) {
    ARGUS_RETURN_IF_ERROR(rollout.Move(domain::RolloutEvent::kStart));
  }
  return EnqueueAll(work, rollout, tasks, override_reason, closed);
}

Result<v1::BatchRunTasksResponse> NewestRuns(Work& work, const std::vector<v1::Task*>& tasks) {
  v1::BatchRunTasksResponse response;
  for (const v1::Task* task : tasks) {
    if (task->latest_task_run().empty()) continue;
    ARGUS_ASSIGN(const auto name, domain::TaskRunName::Parse(task->latest_task_run()));
    ARGUS_ASSIGN(*response.add_task_runs(), store::GetTaskRun(work.tx(), name));
  }
  return response;
}

Status SkipTask(Work& work, RolloutWork& rollout, v1::Task& task, const std::string& reason) {
  if (task.state() == v1::Task::SKIPPED) return Ok();
  task.set_skip_reason(reason);
  ARGUS_RETURN_IF_ERROR(rollout.Change(task, domain::TaskEvent::kSkip));
  work.Record({.resource = task.name(), .severity = v1::AuditLog::NOTICE, .extra = Extra({{"reason", reason}})});
  return Ok();
}

Status CheckCanBeScheduled(const v1::Task& task) {
  if (NeedsRun(&task) && task.state() != v1::Task::UNKNOWN) return Ok();
  return Error(Code::kFailedPrecondition, reasons::kInvalidStateTransition,
               fmt::format("{} is {}; only a task that has not started can be scheduled.", task.name(),
                           v1::Task::State_Name(task.state())));
}

}  // namespace

Result<v1::BatchRunTasksResponse> TaskCommands::BatchRun(const RequestContext& ctx,
                                                         const v1::BatchRunTasksRequest& request) {
  using Response = v1::BatchRunTasksResponse;
  ARGUS_ASSIGN(const auto name, domain::RolloutName::Parse(request.parent()));
  ARGUS_RETURN_IF_ERROR(CheckNames(request.tasks(), name));
  const std::string& reason = request.override_freeze_reason();
  ClosedGates closed;
  auto queued = Run<Response>(metastore_, ctx, request, [&](Work& work) -> Result<Response> {
    ARGUS_ASSIGN(auto rollout, LoadForWrite(work, metrics_, name));
    ARGUS_RETURN_IF_ERROR(OverrideFreeze(work, name.Project().ToString(), request.parent(), reason));
    ARGUS_ASSIGN(const auto tasks, Select(rollout, request.tasks()));
    ARGUS_RETURN_IF_ERROR(RunTasks(work, rollout, tasks, reason, closed));
    work.Record({.resource = request.parent(), .extra = Extra({{"tasks", std::to_string(tasks.size())}})});
    ARGUS_RETURN_IF_ERROR(rollout.Settle({.creator = work.caller().user}));
    return NewestRuns(work, tasks);
  });
  if (IsGateClosed(queued)) ReportClosed(metastore_, ctx, metrics_, closed);
  return queued;
}

Result<v1::BatchSkipTasksResponse> TaskCommands::BatchSkip(const RequestContext& ctx,
                                                           const v1::BatchSkipTasksRequest& request) {
  using Response = v1::BatchSkipTasksResponse;
  ARGUS_ASSIGN(const auto name, domain::RolloutName::Parse(request.parent()));
  ARGUS_RETURN_IF_ERROR(CheckNames(request.tasks(), name));
  ARGUS_RETURN_IF_ERROR(RequireText("reason", request.reason(), kMaxProse));
  return Run<Response>(metastore_, ctx, request, [&](Work& work) -> Result<Response> {
    ARGUS_ASSIGN(auto rollout, LoadForWrite(work, metrics_, name));
    ARGUS_ASSIGN(const auto tasks, Select(rollout, request.tasks()));
    if (domain::IsFinal(rollout.rollout().state())) {
      return Error(Code::kFailedPrecondition, reasons::kInvalidStateTransition,
                   fmt::format("{} is {}.", request.parent(), v1::Rollout::State_Name(rollout.rollout().state())));
    }
    for (v1::Task* task : tasks) ARGUS_RETURN_IF_ERROR(SkipTask(work, rollout, *task, request.reason()));
    if (work.entries().empty()) work.Record({.resource = request.parent()});
    ARGUS_RETURN_IF_ERROR(rollout.Settle({.creator = work.caller().user}));
    Response response;
    for (const v1::Task* task : tasks) *response.add_tasks() = *task;
    return response;
  });
}

Result<v1::Task> TaskCommands::Update(const RequestContext& ctx, const v1::UpdateTaskRequest& request) {
  const auto& wanted = request.task();
  ARGUS_ASSIGN(const auto name, domain::TaskName::Parse(wanted.name()));
  ARGUS_ASSIGN(const auto paths, UpdatePaths(request.update_mask(), wanted, {"run_after"}));
  return Run<v1::Task>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Task> {
    ARGUS_RETURN_IF_ERROR(work.Require(name.Rollout().Project().ToString(), wanted.name()));
    ARGUS_ASSIGN(auto task, store::GetTask(work.tx(), name));
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(task.etag(), wanted.etag()));
    ARGUS_RETURN_IF_ERROR(CheckCanBeScheduled(task));
    CopyFields(paths, wanted, task);
    work.Record({.resource = task.name()});
    return store::UpdateTask(work.tx(), std::move(task));
  });
}

}  // namespace argus::command
