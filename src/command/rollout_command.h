// The execution of a plan as a whole.
#pragma once

#include "command/metrics.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class RolloutCommands {
 public:
  RolloutCommands(store::Metastore& metastore, ChangeMetrics& metrics) : metastore_(metastore), metrics_(metrics) {}

  // Of the same plan only once: a second call is answered with the rollout that exists. FAILED_PRECONDITION: PLAN_NOT_ACTIVE,
  // DATABASE_NOT_IN_PROJECT, DATABASE_WITHOUT_ENVIRONMENT.
  Result<v1::Rollout> Create(const RequestContext& ctx, const v1::CreateRolloutRequest& request);
  // Runs what is not done yet, what failed before as well, and goes on by itself; also after single tasks were run.
  // FAILED_PRECONDITION: GATE_CLOSED with every reason, TASK_RUN_UNKNOWN, INVALID_STATE_TRANSITION.
  Result<v1::Rollout> Start(const RequestContext& ctx, const v1::StartRolloutRequest& request);
  Result<v1::Rollout> Pause(const RequestContext& ctx, const v1::PauseRolloutRequest& request);
  Result<v1::Rollout> Resume(const RequestContext& ctx, const v1::ResumeRolloutRequest& request);
  Result<v1::Rollout> Cancel(const RequestContext& ctx, const v1::CancelRolloutRequest& request);

 private:
  Result<v1::Rollout> CreateOnce(const RequestContext& ctx, const v1::CreateRolloutRequest& request);

  store::Metastore& metastore_;
  ChangeMetrics& metrics_;
};

}  // namespace argus::command
