// argus.v1.RolloutService: the execution of plans.
#pragma once

#include <memory>

#include "api/change_hub.h"
#include "api/stream_slots.h"
#include "command/rollout_command.h"
#include "command/task_command.h"
#include "command/task_run_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call and every stream.
class RolloutService {
 public:
  static constexpr std::size_t kStreamsPerUser = 20;

  RolloutService(store::Metastore& metastore, command::RolloutCommands& rollouts, command::TaskCommands& tasks,
                 command::TaskRunCommands& task_runs, ChangeHub& hub)
      : metastore_(metastore), rollouts_(rollouts), tasks_(tasks), task_runs_(task_runs), hub_(hub) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Rollout> GetRollout(RequestContext& ctx, const v1::GetRolloutRequest& request);
  Result<v1::ListRolloutsResponse> ListRollouts(RequestContext& ctx, const v1::ListRolloutsRequest& request);
  Result<v1::ListTaskRunsResponse> ListTaskRuns(RequestContext& ctx, const v1::ListTaskRunsRequest& request);
  Result<v1::TaskRun> GetTaskRun(RequestContext& ctx, const v1::GetTaskRunRequest& request);
  Result<v1::TaskRunLog> GetTaskRunLog(RequestContext& ctx, const v1::GetTaskRunLogRequest& request);
  Result<std::unique_ptr<rpc::Subscription>> WatchRollout(RequestContext& ctx, const v1::WatchRolloutRequest& request);

  store::Metastore& metastore_;
  command::RolloutCommands& rollouts_;
  command::TaskCommands& tasks_;
  command::TaskRunCommands& task_runs_;
  ChangeHub& hub_;
  StreamSlots slots_{kStreamsPerUser};
};

}  // namespace argus::api
