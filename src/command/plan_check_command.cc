#include "command/plan_check_command.h"

#include <fmt/format.h>

#include "command/plan_checks.h"
#include "command/request_checks.h"
#include "command/work.h"
#include "domain/reasons.h"
#include "domain/state.h"
#include "store/plan_check_run_store.h"
#include "store/plan_store.h"

namespace argus::command {

Result<v1::RunPlanChecksResponse> PlanCheckCommands::Run(const RequestContext& ctx,
                                                         const v1::RunPlanChecksRequest& request) {
  using Response = v1::RunPlanChecksResponse;
  ARGUS_ASSIGN(const auto name, domain::PlanName::Parse(request.name()));
  return command::Run<Response>(metastore_, ctx, request, [&](Work& work) -> Result<Response> {
    ARGUS_RETURN_IF_ERROR(work.Require(name.Project().ToString(), request.name()));
    ARGUS_RETURN_IF_ERROR(ActiveProject(work.tx(), name.Project()));
    ARGUS_ASSIGN(const auto plan, store::GetPlan(work.tx(), name));
    if (plan.state() == v1::Plan::CANCELED) {
      return Error(Code::kFailedPrecondition, reasons::kPlanNotActive, fmt::format("{} is canceled.", plan.name()));
    }
    ARGUS_ASSIGN(const auto checks, QueueChecks(work, metrics_, plan));
    Response response;
    for (const auto& check : checks) response.add_plan_check_runs(check.name());
    work.Record({.resource = plan.name(), .extra = Extra({{"checks", std::to_string(checks.size())}})});
    return response;
  });
}

Result<v1::PlanCheckRun> PlanCheckCommands::Cancel(const RequestContext& ctx,
                                                   const v1::CancelPlanCheckRunRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::PlanCheckRunName::Parse(request.name()));
  return command::Run<v1::PlanCheckRun>(metastore_, ctx, request, [&](Work& work) -> Result<v1::PlanCheckRun> {
    ARGUS_RETURN_IF_ERROR(work.Require(name.Plan().Project().ToString(), request.name()));
    ARGUS_ASSIGN(const auto run, store::GetPlanCheckRun(work.tx(), name));
    ARGUS_RETURN_IF_ERROR(domain::Next(run.state(), domain::CheckEvent::kCancel));
    ARGUS_ASSIGN(auto canceled, store::CancelPlanCheckRun(work.tx(), run));
    metrics_.PlanCheckCanceled(work.tx(), run.type());
    ARGUS_ASSIGN(const auto plan, store::GetPlan(work.tx(), name.Plan()));
    ARGUS_RETURN_IF_ERROR(SettleApproval(work, plan));
    work.Record({.resource = canceled.name()});
    return canceled;
  });
}

}  // namespace argus::command
