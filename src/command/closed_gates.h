// What is counted and recorded of gates that were found closed. The write that met them was rolled back, so this is one
// of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command/change_facts.h"
#include "command/metrics.h"
#include "contract/contract.h"
#include "domain/gate.h"
#include "domain/reasons.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// A task and the freeze window that covers its environment.
struct FrozenTask {
  std::string task;
  v1::MaintenanceWindowSetting::FreezeWindow window;
};
std::optional<FrozenTask> FindFrozen(const LoadedFacts& facts, const v1::Task& task);

// It failed with GATE_CLOSED.
template <typename T>
bool IsGateClosed(const Result<T>& result) {
  return !result.ok() && result.error().reason() == reasons::kGateClosed;
}

struct ClosedGates {
  domain::Verdict verdict;
  // The tasks that would have run, if FREEZE is among the findings.
  std::vector<FrozenTask> frozen;
};

// For a request that ended with GATE_CLOSED. Best effort: the request has failed already.
void ReportClosed(store::Metastore& metastore, const RequestContext& ctx, ChangeMetrics& metrics,
                  const ClosedGates& closed);
// Counts each task and window that was not blocked before, and writes an audit entry for all of these together.
Status RecordBlocked(store::Metastore& metastore, const RequestContext& ctx, ChangeMetrics& metrics,
                     const std::vector<FrozenTask>& frozen);

// To be committed with the start of a task that runs for a reason, whatever the freeze says.
Status RecordOverridden(store::Transaction& tx, ChangeMetrics& metrics, const LoadedFacts& facts, const v1::Task& task);

}  // namespace argus::command
