// What a rollout is made of and what it does next. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::domain {

// Stages in the order of `environments`, tasks in the order of specs and targets. `databases` holds every target of the
// plan. Errors: DATABASE_WITHOUT_ENVIRONMENT, DATABASE_NOT_IN_PROJECT (naming the target).
Result<std::vector<v1::Stage>> BuildStages(const v1::Plan& plan, std::string_view project,
                                           std::span<const v1::Database> databases,
                                           const v1::EnvironmentSetting& environments);

// The state that the tasks give a rollout which was started: DONE when each is DONE or SKIPPED; FAILED when one failed,
// was canceled or is unknown and nothing waits or runs; else the state it has.
v1::Rollout::State SettledState(const v1::Rollout& rollout);

// DONE or SKIPPED.
bool IsComplete(const v1::Task& task);
// The first stage that is not complete; null when all are.
const v1::Stage* CurrentStage(const v1::Rollout& rollout);
// The task before `task` on the same database in its stage that is not complete, or null: tasks of one database run in
// the order of the plan, each only after the one before it is done.
const v1::Task* UnfinishedPredecessor(const v1::Rollout& rollout, const v1::Task& task);
// Tasks of the current stage that were never run and whose turn it is: what a running rollout enqueues next.
std::vector<const v1::Task*> NextTasks(const v1::Rollout& rollout);

}  // namespace argus::domain
