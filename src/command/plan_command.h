// What should change.
#pragma once

#include "command/metrics.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class PlanCommands {
 public:
  PlanCommands(store::Metastore& metastore, ChangeMetrics& metrics) : metastore_(metastore), metrics_(metrics) {}

  // A draft; its checks are queued with it. Errors of the specs: plan_specs.h.
  Result<v1::Plan> Create(const RequestContext& ctx, const v1::CreatePlanRequest& request);
  // Other specs void the approval and queue the checks anew. FAILED_PRECONDITION / PLAN_HAS_ROLLOUT where the specs are final.
  Result<v1::Plan> Update(const RequestContext& ctx, const v1::UpdatePlanRequest& request);
  // Cancels its checks and its open issue as well. FAILED_PRECONDITION / RESOURCE_IN_USE while its rollout runs or after it
  // was carried out.
  Result<v1::Plan> Cancel(const RequestContext& ctx, const v1::CancelPlanRequest& request);

 private:
  store::Metastore& metastore_;
  ChangeMetrics& metrics_;
};

}  // namespace argus::command
