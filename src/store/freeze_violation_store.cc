#include "store/freeze_violation_store.h"

#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kInsert{
    "freeze_violation.insert",
    "INSERT INTO freeze_violation (task, kind, start_time, end_time, create_time)"
    " VALUES (:task, :kind, :start_time, :end_time, :now) ON CONFLICT (task, kind, start_time, end_time) DO NOTHING"
    " RETURNING task"};

}  // namespace

Statements FreezeViolationStatements() { return {kInsert}; }

Result<bool> InsertFreezeViolation(Transaction& tx, FreezeViolation kind, const std::string& task,
                                   const v1::MaintenanceWindowSetting::FreezeWindow& window) {
  const bool blocked = kind == FreezeViolation::kBlocked;
  ARGUS_ASSIGN(const auto rows, tx.ExecReturning(kInsert, {{"task", task},
                                                           {"kind", blocked ? "BLOCKED" : "OVERRIDDEN"},
                                                           {"start_time", FromProto(window.start_time())},
                                                           {"end_time", FromProto(window.end_time())},
                                                           {"now", tx.now()}}));
  return !rows.empty();
}

}  // namespace argus::store
