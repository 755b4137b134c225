#include "store/correlation_store.h"

#include <set>
#include <utility>

#include "domain/resource_name.h"
#include "store/origin.h"
#include "store/statements.h"
#include "store/task_run_row.h"

namespace argus::store {
namespace {

constexpr db::Statement kAuditLogs{"correlation.audit_logs",
                                   "SELECT id, trace_id FROM audit_log WHERE correlation_id = :correlation_id"
                                   " ORDER BY id LIMIT :limit"};
constexpr db::Statement kTaskRuns{"correlation.task_runs",
                                  "SELECT id, project_id, rollout_id, task_id, traceparent FROM task_run"
                                  " WHERE correlation_id = :correlation_id ORDER BY id LIMIT :limit"};
constexpr db::Statement kPlanCheckRuns{"correlation.plan_check_runs",
                                       "SELECT id, project_id, plan_id, traceparent FROM plan_check_run"
                                       " WHERE correlation_id = :correlation_id ORDER BY id LIMIT :limit"};

// The rows to show; sets `truncated` when there are more.
Result<db::Rows> Find(Reader& reader, const db::Statement& statement, const std::string& id, v1::Correlation& found) {
  ARGUS_ASSIGN(db::Rows rows, reader.Query(statement, {{"correlation_id", id}, {"limit", kMaxCorrelated + 1}}));
  if (std::ssize(rows) > kMaxCorrelated) {
    rows.pop_back();
    found.set_truncated(true);
  }
  return rows;
}

}  // namespace

Statements CorrelationStatements() { return {kAuditLogs, kTaskRuns, kPlanCheckRuns}; }

Result<v1::Correlation> FindCorrelation(Reader& reader, const std::string& id) {
  v1::Correlation found;
  found.set_name("correlations/" + id);
  std::set<std::string> traces;
  ARGUS_ASSIGN(const db::Rows entries, Find(reader, kAuditLogs, id, found));
  for (const db::Row& row : entries) {
    found.add_audit_logs("auditLogs/" + std::to_string(row.Int("id")));
    traces.insert(row.Text("trace_id"));
  }
  ARGUS_ASSIGN(const db::Rows runs, Find(reader, kTaskRuns, id, found));
  for (const db::Row& row : runs) {
    found.add_task_runs(TaskRunNameOf(row).ToString());
    traces.insert(ParseTraceparent(row.Text("traceparent")).trace_id);
  }
  ARGUS_ASSIGN(const db::Rows checks, Find(reader, kPlanCheckRuns, id, found));
  for (const db::Row& row : checks) {
    const domain::PlanCheckRunName name{row.Text("project_id"), row.Int("plan_id"), row.Int("id")};
    found.add_plan_check_runs(name.ToString());
    traces.insert(ParseTraceparent(row.Text("traceparent")).trace_id);
  }
  traces.erase("");
  found.mutable_trace_ids()->Add(traces.begin(), traces.end());
  return found;
}

}  // namespace argus::store
