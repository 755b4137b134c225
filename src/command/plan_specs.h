// What the specs of a plan must be.
#pragma once

#include <cstddef>

#include "command/work.h"
#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"

namespace argus::command {

// Over all specs of a plan.
inline constexpr std::size_t kMaxTargets = 1000;

// Gives an id to each spec that has none.
void FillSpecIds(v1::Plan& plan);
// What needs no rows: at least one spec, each with an id of its own, a sheet of the project and targets, none of them twice
// in a spec. INVALID_ARGUMENT naming the field, as "plan.specs[0].targets[1]".
Status CheckSpecForms(const v1::Plan& plan, const domain::ProjectName& project);
// Sheets exist, and databases exist and belong to the project. NOT_FOUND, or FAILED_PRECONDITION / DATABASE_NOT_IN_PROJECT
// for a database that the caller may see.
Status CheckSpecRows(Work& work, const v1::Plan& plan, const domain::ProjectName& project);

}  // namespace argus::command
