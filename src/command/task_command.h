// Single tasks of a rollout.
#pragma once

#include "command/metrics.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class TaskCommands {
 public:
  // Tasks or runs in one call.
  static constexpr int kMaxBatch = 1000;

  TaskCommands(store::Metastore& metastore, ChangeMetrics& metrics) : metastore_(metastore), metrics_(metrics) {}

  // Runs the named tasks and no others; a rollout that was not started or has failed is RUNNING by it. A task that waits,
  // runs or is complete stays as it is. Answers with the newest run of each that has one. FAILED_PRECONDITION / GATE_CLOSED
  // with every reason, and then none is run.
  Result<v1::BatchRunTasksResponse> BatchRun(const RequestContext& ctx, const v1::BatchRunTasksRequest& request);
  // FAILED_PRECONDITION / INVALID_STATE_TRANSITION for one that waits, runs, is done or unknown, and then none is skipped.
  Result<v1::BatchSkipTasksResponse> BatchSkip(const RequestContext& ctx, const v1::BatchSkipTasksRequest& request);
  // run_after, as long as the task does not wait or run.
  Result<v1::Task> Update(const RequestContext& ctx, const v1::UpdateTaskRequest& request);

 private:
  store::Metastore& metastore_;
  ChangeMetrics& metrics_;
};

}  // namespace argus::command
