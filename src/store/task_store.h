// Tasks of rollouts. `latest_task_run` follows from the task_run table.
#pragma once

#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/transaction.h"

namespace argus::store {

// NOT_FOUND, also when an id on the way belongs elsewhere.
Result<v1::Task> GetTask(Reader& reader, const domain::TaskName& name);
// In the order of execution, as stages.
Result<std::vector<v1::Stage>> LoadStages(Reader& reader, const domain::RolloutName& rollout);
// Adds the tasks, in this order, to a new rollout.
Status InsertStages(Transaction& tx, const domain::RolloutName& rollout, const std::vector<v1::Stage>& stages);
// State, run_after, skip_reason; the etag is the version that it replaces (Guard::kVersion).
Result<v1::Task> UpdateTask(Transaction& tx, v1::Task task);

}  // namespace argus::store
