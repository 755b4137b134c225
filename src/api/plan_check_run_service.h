// argus.v1.PlanCheckRunService: verdicts on a plan.
#pragma once

#include "command/plan_check_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class PlanCheckRunService {
 public:
  PlanCheckRunService(store::Metastore& metastore, command::PlanCheckCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::PlanCheckRun> GetPlanCheckRun(RequestContext& ctx, const v1::GetPlanCheckRunRequest& request);
  Result<v1::ListPlanCheckRunsResponse> ListPlanCheckRuns(RequestContext& ctx,
                                                          const v1::ListPlanCheckRunsRequest& request);

  store::Metastore& metastore_;
  command::PlanCheckCommands& commands_;
};

}  // namespace argus::api
