// Asking for the checks of a plan anew, and calling one off.
#pragma once

#include "command/metrics.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class PlanCheckCommands {
 public:
  PlanCheckCommands(store::Metastore& metastore, ChangeMetrics& metrics) : metastore_(metastore), metrics_(metrics) {}

  // FAILED_PRECONDITION / PLAN_NOT_ACTIVE for a canceled plan. An approval stands as long as the verdicts come out the same.
  Result<v1::RunPlanChecksResponse> Run(const RequestContext& ctx, const v1::RunPlanChecksRequest& request);
  Result<v1::PlanCheckRun> Cancel(const RequestContext& ctx, const v1::CancelPlanCheckRunRequest& request);

 private:
  store::Metastore& metastore_;
  ChangeMetrics& metrics_;
};

}  // namespace argus::command
