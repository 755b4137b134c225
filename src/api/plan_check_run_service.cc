#include "api/plan_check_run_service.h"

#include <utility>

#include "api/binder.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "store/plan_check_run_store.h"
#include "store/plan_store.h"

namespace argus::api {

void PlanCheckRunService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.PlanCheckRunService", this)
      .Write("RunPlanChecks", commands_, &command::PlanCheckCommands::Run)
      .Read("GetPlanCheckRun", &PlanCheckRunService::GetPlanCheckRun)
      .Read("ListPlanCheckRuns", &PlanCheckRunService::ListPlanCheckRuns)
      .Write("CancelPlanCheckRun", commands_, &command::PlanCheckCommands::Cancel);
}

Result<v1::PlanCheckRun> PlanCheckRunService::GetPlanCheckRun(RequestContext& ctx,
                                                              const v1::GetPlanCheckRunRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::PlanCheckRunName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return store::GetPlanCheckRun(reader, name);
}

Result<v1::ListPlanCheckRunsResponse> PlanCheckRunService::ListPlanCheckRuns(
    RequestContext& ctx, const v1::ListPlanCheckRunsRequest& request) {
  ARGUS_ASSIGN(const auto parent, ParseName<domain::PlanName>(request.parent(), "parent"));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(store::GetPlan(reader, parent));
  ARGUS_ASSIGN(auto page, store::ListPlanCheckRuns(reader, parent, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListPlanCheckRunsResponse::mutable_plan_check_runs);
}

}  // namespace argus::api
