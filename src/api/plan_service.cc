#include "api/plan_service.h"

#include <utility>

#include "api/binder.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "store/plan_store.h"
#include "store/project_store.h"

namespace argus::api {

void PlanService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.PlanService", this)
      .Write("CreatePlan", commands_, &command::PlanCommands::Create)
      .Read("GetPlan", &PlanService::GetPlan)
      .Read("ListPlans", &PlanService::ListPlans)
      .Write("UpdatePlan", commands_, &command::PlanCommands::Update)
      .Write("CancelPlan", commands_, &command::PlanCommands::Cancel);
}

Result<v1::Plan> PlanService::GetPlan(RequestContext& ctx, const v1::GetPlanRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::PlanName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return store::GetPlan(reader, name);
}

Result<v1::ListPlansResponse> PlanService::ListPlans(RequestContext& ctx, const v1::ListPlansRequest& request) {
  ARGUS_ASSIGN(const auto parent, ParseName<domain::ProjectName>(request.parent(), "parent"));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(store::GetProject(reader, parent));
  ARGUS_ASSIGN(auto page, store::ListPlans(reader, parent, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListPlansResponse::mutable_plans);
}

}  // namespace argus::api
