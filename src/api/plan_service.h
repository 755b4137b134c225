// argus.v1.PlanService: what should change.
#pragma once

#include "command/plan_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class PlanService {
 public:
  PlanService(store::Metastore& metastore, command::PlanCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Plan> GetPlan(RequestContext& ctx, const v1::GetPlanRequest& request);
  Result<v1::ListPlansResponse> ListPlans(RequestContext& ctx, const v1::ListPlansRequest& request);

  store::Metastore& metastore_;
  command::PlanCommands& commands_;
};

}  // namespace argus::api
