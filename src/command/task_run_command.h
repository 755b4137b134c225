// A person's word on attempts at tasks.
#pragma once

#include "command/metrics.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class TaskRunCommands {
 public:
  // In one call.
  static constexpr int kMaxBatch = 1000;

  TaskRunCommands(store::Metastore& metastore, ChangeMetrics& metrics) : metastore_(metastore), metrics_(metrics) {}

  // PENDING ones end at once; RUNNING ones are asked to stop; those that ended stay as they are.
  Result<v1::CancelTaskRunsResponse> Cancel(const RequestContext& ctx, const v1::CancelTaskRunsRequest& request);
  // UNKNOWN -> DONE or FAILED, recorded as critical.
  Result<v1::TaskRun> Resolve(const RequestContext& ctx, const v1::ResolveTaskRunRequest& request);

 private:
  store::Metastore& metastore_;
  ChangeMetrics& metrics_;
};

}  // namespace argus::command
