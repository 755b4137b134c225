#include "command/task_run_command.h"

#include <fmt/format.h>

#include "command/request_checks.h"
#include "command/rollout_work.h"
#include "command/run_end.h"
#include "command/work.h"
#include "domain/reasons.h"
#include "store/row.h"
#include "store/task_run_store.h"

namespace argus::command {
namespace {

Status CheckNames(const v1::CancelTaskRunsRequest& request, const domain::RolloutName& rollout) {
  if (request.task_runs().empty()) {
    return Error(Code::kInvalidArgument, reasons::kMissingField, "Name at least one task run.")
        .WithField("taskRuns", "required");
  }
  if (request.task_runs_size() > TaskRunCommands::kMaxBatch) {
    return InvalidField("taskRuns", fmt::format("At most {} task runs in one call.", TaskRunCommands::kMaxBatch));
  }
  for (int i = 0; i < request.task_runs_size(); ++i) {
    const auto name = domain::TaskRunName::Parse(request.task_runs(i));
    const std::string field = fmt::format("taskRuns[{}]", i);
    if (!name.ok()) return Error(name.error()).WithField(field, "a task run of the rollout");
    if (name->Task().Rollout() == rollout) continue;
    return InvalidField(field, fmt::format("{} is not of {}.", request.task_runs(i), rollout.ToString()));
  }
  return Ok();
}

// Of a task only the newest run can be under way.
Result<v1::TaskRun> CancelRun(Work& work, RolloutWork& rollout, const domain::TaskRunName& name) {
  ARGUS_ASSIGN(v1::Task* const task, rollout.Find(name.Task().ToString()));
  if (task->latest_task_run() == name.ToString()) return rollout.CancelRun(*task);
  return store::GetTaskRun(work.tx(), name);
}

Result<domain::TaskRunEvent> EventFor(v1::TaskRun::State outcome) {
  if (outcome == v1::TaskRun::DONE) return domain::TaskRunEvent::kResolveDone;
  if (outcome == v1::TaskRun::FAILED) return domain::TaskRunEvent::kResolveFailed;
  return InvalidField("outcome", "The outcome is DONE (it was applied) or FAILED (it was not).");
}

}  // namespace

Result<v1::CancelTaskRunsResponse> TaskRunCommands::Cancel(const RequestContext& ctx,
                                                           const v1::CancelTaskRunsRequest& request) {
  using Response = v1::CancelTaskRunsResponse;
  ARGUS_ASSIGN(const auto name, domain::RolloutName::Parse(request.parent()));
  ARGUS_RETURN_IF_ERROR(CheckNames(request, name));
  ARGUS_RETURN_IF_ERROR(CheckText("reason", request.reason(), kMaxProse));
  return Run<Response>(metastore_, ctx, request, [&](Work& work) -> Result<Response> {
    ARGUS_RETURN_IF_ERROR(work.Require(name.Project().ToString(), request.parent()));
    ARGUS_ASSIGN(auto rollout, RolloutWork::Load(work, metrics_, name));
    Response response;
    for (const auto& run : request.task_runs()) {
      ARGUS_ASSIGN(const auto run_name, domain::TaskRunName::Parse(run));
      ARGUS_ASSIGN(*response.add_task_runs(), CancelRun(work, rollout, run_name));
    }
    work.Record({.resource = request.parent(), .extra = Extra({{"reason", request.reason()}})});
    ARGUS_RETURN_IF_ERROR(rollout.Settle({.creator = work.caller().user}));
    return response;
  });
}

Result<v1::TaskRun> TaskRunCommands::Resolve(const RequestContext& ctx, const v1::ResolveTaskRunRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::TaskRunName::Parse(request.name()));
  ARGUS_ASSIGN(const auto event, EventFor(request.outcome()));
  ARGUS_RETURN_IF_ERROR(RequireText("reason", request.reason(), kMaxProse));
  return Run<v1::TaskRun>(metastore_, ctx, request, [&](Work& work) -> Result<v1::TaskRun> {
    ARGUS_RETURN_IF_ERROR(work.Require(name.Task().Rollout().Project().ToString(), request.name()));
    ARGUS_ASSIGN(auto run, store::GetTaskRun(work.tx(), name));
    ARGUS_ASSIGN(const auto state, domain::Next(run.state(), event));
    run.set_state(state);
    run.set_resolver(work.caller().user);
    run.set_resolve_reason(request.reason());
    *run.mutable_end_time() = store::ToProto(work.now());
    ARGUS_ASSIGN(run, store::UpdateTaskRun(work.tx(), std::move(run)));
    work.Record({.resource = run.name(),
                 .severity = v1::AuditLog::CRITICAL,
                 .extra = Extra({{"outcome", v1::TaskRun::State_Name(state)}, {"evidence", run.evidence()}})});
    ARGUS_RETURN_IF_ERROR(ApplyRunEnd(work, metrics_, name, run));
    return run;
  });
}

}  // namespace argus::command
