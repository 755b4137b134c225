// Writing down how a run ended, whatever the metastore is doing.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "contract/contract.h"
#include "platform/base/result.h"
#include "runner/run_services.h"
#include "store/task_run_store.h"

namespace argus::runner {

struct RunReport {
  v1::TaskRun outcome;
  std::vector<v1::TaskRunLog::Entry> log_rest;
  MonotonicTime start;
};

// Tries until it is recorded, until the run is another's (whose reconciliation proves the same outcome), or until `give_up`,
// which is asked between attempts, says true. Logs the end of the run. `ctx` must not be one that a cancel of the run
// has ended.
Status RecordOutcome(const RunServices& services, const RequestContext& ctx, const store::ClaimedRun& claimed,
                     RunReport report, const std::function<bool()>& give_up);

}  // namespace argus::runner
