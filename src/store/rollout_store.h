// Rollouts. `issue` follows from the issue table.
#pragma once

#include <optional>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

// Inserts the rollout and the tasks of its stages; gives all of them name, times and etag. A second one for the same
// plan is ALREADY_EXISTS (Guard::kNewKey).
Result<v1::Rollout> InsertRollout(Transaction& tx, const domain::ProjectName& parent, v1::Rollout rollout);
// With stages and tasks. NOT_FOUND, also when the id belongs to another project.
Result<v1::Rollout> GetRollout(Reader& reader, const domain::RolloutName& name);
// Without stages: one cheap read.
Result<v1::Rollout> GetRolloutHead(Reader& reader, const domain::RolloutName& name);
// With stages and tasks.
Result<std::optional<v1::Rollout>> FindRolloutOfPlan(Reader& reader, const domain::PlanName& plan);
// Newest first, without stages. Filter and order: title, state, creator, create_time; filter: plan.
Result<Page<v1::Rollout>> ListRollouts(Reader& reader, const domain::ProjectName& parent, const ListQuery& query);
// Of all projects: what a runner looks after.
Result<std::vector<domain::RolloutName>> RolloutsInState(Reader& reader, v1::Rollout::State state);
// Title, state, automatic, start_time, end_time; stages are left alone. The etag is the version that it replaces
// (Guard::kVersion).
Result<v1::Rollout> UpdateRollout(Transaction& tx, v1::Rollout rollout);
// A task run of the project waits, runs or is unknown.
Result<bool> ProjectHasActiveRuns(Reader& reader, const domain::ProjectName& project);
// The same of a task run on one of the instance's databases.
Result<bool> InstanceHasActiveRuns(Reader& reader, const domain::InstanceName& instance);

}  // namespace argus::store
