#include "api/rollout_service.h"

#include <utility>

#include "api/authorizer.h"
#include "api/binder.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "api/rollout_watch.h"
#include "command/change_facts.h"
#include "store/project_store.h"
#include "store/rollout_store.h"
#include "store/task_run_store.h"
#include "store/task_store.h"

namespace argus::api {
namespace {

// With stages, tasks and what stands in its way.
Result<v1::Rollout> LoadRollout(store::Metastore& metastore, store::Reader& reader, const domain::RolloutName& name) {
  ARGUS_ASSIGN(auto rollout, store::GetRollout(reader, name));
  ARGUS_ASSIGN(auto verdict, command::JudgeRollout(reader, rollout, metastore.clock().Now()));
  for (auto& finding : verdict.findings) *rollout.add_blocked_by() = std::move(finding);
  return rollout;
}

// For streams, whose callers may lose the permission while they watch.
Result<v1::Rollout> LoadPermitted(store::Metastore& metastore, const RequestContext& ctx,
                                  const domain::RolloutName& name) {
  auto reader = metastore.Read(ctx);
  ARGUS_ASSIGN(const Caller caller, LoadCaller(reader, ctx));
  ARGUS_ASSIGN(const Place place, PlaceOf(reader, name.ToString()));
  ARGUS_RETURN_IF_ERROR(RequireAt(caller, "bb.rollouts.get", place, name.ToString()));
  return LoadRollout(metastore, reader, name);
}

}  // namespace

void RolloutService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.RolloutService", this)
      .Write("CreateRollout", rollouts_, &command::RolloutCommands::Create)
      .Read("GetRollout", &RolloutService::GetRollout)
      .Read("ListRollouts", &RolloutService::ListRollouts)
      .Write("StartRollout", rollouts_, &command::RolloutCommands::Start)
      .Write("PauseRollout", rollouts_, &command::RolloutCommands::Pause)
      .Write("ResumeRollout", rollouts_, &command::RolloutCommands::Resume)
      .Write("CancelRollout", rollouts_, &command::RolloutCommands::Cancel)
      .Write("BatchRunTasks", tasks_, &command::TaskCommands::BatchRun)
      .Write("BatchSkipTasks", tasks_, &command::TaskCommands::BatchSkip)
      .Write("UpdateTask", tasks_, &command::TaskCommands::Update)
      .Read("ListTaskRuns", &RolloutService::ListTaskRuns)
      .Read("GetTaskRun", &RolloutService::GetTaskRun)
      .Write("CancelTaskRuns", task_runs_, &command::TaskRunCommands::Cancel)
      .Read("GetTaskRunLog", &RolloutService::GetTaskRunLog)
      .Write("ResolveTaskRun", task_runs_, &command::TaskRunCommands::Resolve)
      .Watch("WatchRollout", &RolloutService::WatchRollout);
}

Result<v1::Rollout> RolloutService::GetRollout(RequestContext& ctx, const v1::GetRolloutRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::RolloutName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return LoadRollout(metastore_, reader, name);
}

Result<v1::ListRolloutsResponse> RolloutService::ListRollouts(RequestContext& ctx,
                                                              const v1::ListRolloutsRequest& request) {
  ARGUS_ASSIGN(const auto parent, ParseName<domain::ProjectName>(request.parent(), "parent"));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(store::GetProject(reader, parent));
  ARGUS_ASSIGN(auto page, store::ListRollouts(reader, parent, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListRolloutsResponse::mutable_rollouts);
}

Result<v1::ListTaskRunsResponse> RolloutService::ListTaskRuns(RequestContext& ctx,
                                                              const v1::ListTaskRunsRequest& request) {
  ARGUS_ASSIGN(const auto parent, ParseName<domain::TaskName>(request.parent(), "parent"));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(store::GetTask(reader, parent));
  ARGUS_ASSIGN(auto page, store::ListTaskRuns(reader, parent, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListTaskRunsResponse::mutable_task_runs);
}

Result<v1::TaskRun> RolloutService::GetTaskRun(RequestContext& ctx, const v1::GetTaskRunRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::TaskRunName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return store::GetTaskRun(reader, name);
}

Result<v1::TaskRunLog> RolloutService::GetTaskRunLog(RequestContext& ctx, const v1::GetTaskRunLogRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::TaskRunName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return store::GetTaskRunLog(reader, name);
}

Result<std::unique_ptr<rpc::Subscription>> RolloutService::WatchRollout(RequestContext& ctx,
                                                                        const v1::WatchRolloutRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::RolloutName>(request.name()));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(store::GetRolloutHead(reader, name));
  ARGUS_ASSIGN(auto slot, slots_.Take(ctx.actor));
  auto load = [this, name](const RequestContext& watcher) { return LoadPermitted(metastore_, watcher, name); };
  return std::unique_ptr<rpc::Subscription>(
      std::make_unique<RolloutWatch>(hub_, name.ToString(), std::move(load), std::move(slot)));
}

}  // namespace argus::api
