#include "command/closed_gates.h"

#include "command/work.h"
#include "domain/resource_name.h"
#include "store/freeze_violation_store.h"

namespace argus::command {
namespace {

using store::FreezeViolation;

audit::Entry BlockedEntry(const FrozenTask& first, std::size_t tasks) {
  audit::Entry entry;
  entry.action = "bb.freeze.block";
  entry.resource = first.task;
  entry.resource_type = domain::ResourceType(entry.resource);
  entry.severity = v1::AuditLog::NOTICE;
  entry.extra = Extra({{"freeze_window", first.window.title()}, {"tasks", std::to_string(tasks)}});
  return entry;
}

}  // namespace

std::optional<FrozenTask> FindFrozen(const LoadedFacts& facts, const v1::Task& task) {
  const auto* window = domain::FindFreeze(facts.maintenance, task.environment(), facts.now);
  if (window == nullptr) return std::nullopt;
  return FrozenTask{task.name(), *window};
}

void ReportClosed(store::Metastore& metastore, const RequestContext& ctx, ChangeMetrics& metrics,
                  const ClosedGates& closed) {
  metrics.GatesClosed(closed.verdict);
  (void)RecordBlocked(metastore, ctx, metrics, closed.frozen);
}

Status RecordBlocked(store::Metastore& metastore, const RequestContext& ctx, ChangeMetrics& metrics,
                     const std::vector<FrozenTask>& frozen) {
  if (frozen.empty()) return Ok();
  return metastore.Write(ctx, [&](store::Transaction& tx) -> Status {
    std::size_t fresh = 0;
    for (const auto& [task, window] : frozen) {
      ARGUS_ASSIGN(const bool first, store::InsertFreezeViolation(tx, FreezeViolation::kBlocked, task, window));
      if (!first) continue;
      ++fresh;
      metrics.FreezeViolated(tx, FreezeViolation::kBlocked);
    }
    if (fresh == 0) return tx.CommitUnaudited(store::Unaudited::kRunProgress);
    return tx.Commit(BlockedEntry(frozen.front(), fresh));
  });
}

Status RecordOverridden(store::Transaction& tx, ChangeMetrics& metrics, const LoadedFacts& facts,
                        const v1::Task& task) {
  const auto frozen = FindFrozen(facts, task);
  if (!frozen) return Ok();
  ARGUS_ASSIGN(const bool first,
               store::InsertFreezeViolation(tx, FreezeViolation::kOverridden, frozen->task, frozen->window));
  if (first) metrics.FreezeViolated(tx, FreezeViolation::kOverridden);
  return Ok();
}

}  // namespace argus::command
