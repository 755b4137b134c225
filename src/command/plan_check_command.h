// Asking for the checks of a plan anew, and calling one off.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. `metastore` must outlive it.
class PlanCheckCommands {
 public:
  explicit PlanCheckCommands(store::Metastore& metastore) : metastore_(metastore) {}

  // FAILED_PRECONDITION / PLAN_NOT_ACTIVE for a canceled plan. An approval stands as long as the verdicts come out the same.
  Result<v1::RunPlanChecksResponse> Run(const RequestContext& ctx, const v1::RunPlanChecksRequest& request);
  Result<v1::PlanCheckRun> Cancel(const RequestContext& ctx, const v1::CancelPlanCheckRunRequest& request);

 private:
  store::Metastore& metastore_;
};

}  // namespace argus::command
