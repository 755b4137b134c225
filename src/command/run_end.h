// What follows from the end of a task run.
#pragma once

#include "command/metrics.h"
#include "command/work.h"
#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"

namespace argus::command {

// To be committed together with the end (or loss) of `run`: the state of its task, what its database has received and the
// sync that is due now, the next steps of the rollout.
Status ApplyRunEnd(Work& work, ChangeMetrics& metrics, const domain::TaskRunName& name, const v1::TaskRun& run);

}  // namespace argus::command
