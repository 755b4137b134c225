// Plans. `issue` and `rollout` follow from the issue and rollout tables: nobody has to set them.
#pragma once

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

// Gives the plan its name, times and etag.
Result<v1::Plan> InsertPlan(Transaction& tx, const domain::ProjectName& parent, v1::Plan plan);
// NOT_FOUND, also when the id belongs to another project.
Result<v1::Plan> GetPlan(Reader& reader, const domain::PlanName& name);
// Newest first. Filter and order: title, state, creator, create_time.
Result<Page<v1::Plan>> ListPlans(Reader& reader, const domain::ProjectName& parent, const ListQuery& query);
// Title, description, state, specs, content_hash; the etag is the version that it replaces (Guard::kVersion).
Result<v1::Plan> UpdatePlan(Transaction& tx, v1::Plan plan);

}  // namespace argus::store
