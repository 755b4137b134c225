// Which checks a plan needs, and what follows from their end.
#pragma once

#include <optional>
#include <vector>

#include "command/metrics.h"
#include "command/work.h"
#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::command {

// CONNECTION for each distinct target, SYNTAX and REVIEW for each spec on each of its targets.
std::vector<v1::PlanCheckRun> ChecksOf(const v1::Plan& plan);
// Queues them in the place of all former ones.
Result<std::vector<v1::PlanCheckRun>> QueueChecks(Work& work, ChangeMetrics& metrics, const v1::Plan& plan);

// Once all checks of the plan have ended and it has an open issue, its approval is asked for (PENDING or SKIPPED), or asked
// for anew where it was given for another content or other verdicts. A rule that cannot be evaluated leaves it CHECKING with
// an error. Records what it does; does nothing while there is nothing to do.
Status SettleApproval(Work& work, const v1::Plan& plan);

}  // namespace argus::command
