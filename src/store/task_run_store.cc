#include "store/task_run_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/statements.h"
#include "store/task_run_row.h"

namespace argus::store {
namespace {

constexpr db::Statement kInsert = Define<
    "task_run.insert",
    "INSERT INTO task_run (project_id, rollout_id, task_id, sheet, target, environment, attempt, state, run_after,"
    " cancel_requested, owner, lease_until, attempt_token, backend_pid, backend_start, system_identifier, timeline,"
    " proof, transaction_id, rows_affected, statements_done, statements_total, creator, correlation_id, traceparent,"
    " create_time, start_time, end_time, payload, version) VALUES (:project_id, :rollout_id, :task_id, :sheet,"
    " :target, :environment, (SELECT COUNT(*) + 1 FROM task_run WHERE task_id = :task_id), 'PENDING', :run_after, 0,"
    " '', 0, '', 0, '', '', '', 'PROOF_UNSPECIFIED', '', 0, 0, 0, :creator, :correlation_id, :traceparent, :now, 0,"
    " 0, :payload, 1) RETURNING " +
        kTaskRunColumns>;
constexpr db::Statement kGet =
    Define<"task_run.get", "SELECT " + kTaskRunColumns +
                               " FROM task_run WHERE id = :id AND task_id = :task_id AND rollout_id = :rollout_id"
                               " AND project_id = :project_id">;
constexpr db::Statement kActive =
    Define<"task_run.active", "SELECT " + kTaskRunColumns +
                                  " FROM task_run WHERE rollout_id = :rollout_id AND state IN ('PENDING', 'RUNNING',"
                                  " 'UNKNOWN') ORDER BY id">;
constexpr db::Statement kUpdate{
    "task_run.update",
    "UPDATE task_run SET state = :state, end_time = :end_time, payload = :payload, version = version + 1"
    " WHERE id = :id AND version = :version"};
constexpr db::Statement kRequestCancel{"task_run.request_cancel",
                                       "UPDATE task_run SET cancel_requested = 1, version = version + 1"
                                       " WHERE id = :id AND version = :version"};
constexpr db::Statement kLog{"task_run.log",
                             "SELECT payload FROM task_run_log WHERE run_id = :run_id ORDER BY statement"};
constexpr db::Statement kCountActive{
    "task_run.count_active",
    "SELECT state, COUNT(*) AS total FROM task_run WHERE state IN ('PENDING', 'RUNNING', 'UNKNOWN') GROUP BY state"};

const ListShape& Shape() {
  static const ListShape shape{"task_run.list",
                               "task_run.count",
                               kTaskRunColumns.view(),
                               "task_run",
                               {},
                               {{.column = "id", .descending = true}}};
  return shape;
}

// Who watches the rollout sees its runs; who waits for runs to claim or to cancel is woken as well.
void AnnounceRun(Transaction& tx, const domain::TaskRunName& name, std::int64_t version) {
  tx.Announce(Topic::kRollout, name.Task().Rollout().ToString());
  tx.Announce(Topic::kTaskRun, name.ToString(), version);
}

}  // namespace

Statements TaskRunStatements() { return {kInsert, kGet, kActive, kUpdate, kRequestCancel, kLog, kCountActive}; }

Result<v1::TaskRun> InsertTaskRun(Transaction& tx, const v1::Task& task, v1::TaskRun run) {
  ARGUS_ASSIGN(const auto name, domain::TaskName::Parse(task.name()));
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsert, {{"project_id", name.project},
                                                               {"rollout_id", name.rollout},
                                                               {"task_id", name.task},
                                                               {"sheet", task.sheet()},
                                                               {"target", task.target()},
                                                               {"environment", task.environment()},
                                                               {"run_after", FromProto(task.run_after())},
                                                               {"creator", run.creator()},
                                                               {"correlation_id", tx.ctx().correlation_id},
                                                               {"traceparent", FormatTraceparent(tx.ctx().trace)},
                                                               {"now", tx.now()},
                                                               {"payload", TaskRunPayload(run)}}));
  AnnounceRun(tx, TaskRunNameOf(rows.front()), 1);
  return ParseTaskRun(rows.front());
}

Result<v1::TaskRun> GetTaskRun(Reader& reader, const domain::TaskRunName& name) {
  const db::Params params{
      {"id", name.run}, {"task_id", name.task}, {"rollout_id", name.rollout}, {"project_id", name.project}};
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, params, name.ToString()));
  return ParseTaskRun(row);
}

Result<Page<v1::TaskRun>> ListTaskRuns(Reader& reader, const domain::TaskName& task, const ListQuery& query) {
  const ListScope scope{"task_id = :task_id AND rollout_id = :rollout_id AND project_id = :project_id",
                        {{"task_id", task.task}, {"rollout_id", task.rollout}, {"project_id", task.project}}};
  return List<v1::TaskRun>(reader, Shape(), scope, query, ParseTaskRun);
}

Result<std::vector<v1::TaskRun>> ActiveTaskRuns(Reader& reader, const domain::RolloutName& rollout) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kActive, {{"rollout_id", rollout.rollout}}));
  return ParseRows<v1::TaskRun>(rows, ParseTaskRun);
}

Result<v1::TaskRun> UpdateTaskRun(Transaction& tx, v1::TaskRun run) {
  ARGUS_ASSIGN(const auto name, domain::TaskRunName::Parse(run.name()));
  const std::int64_t version = VersionOf(run.etag());
  tx.Exec(kUpdate,
          {{"id", name.run},
           {"version", version},
           {"state", EnumText(run.state())},
           {"end_time", FromProto(run.end_time())},
           {"payload", TaskRunPayload(run)}},
          Guard::kVersion);
  run.set_etag(EtagOf(version + 1));
  AnnounceRun(tx, name, version + 1);
  return run;
}

Result<v1::TaskRun> RequestCancel(Transaction& tx, v1::TaskRun run) {
  ARGUS_ASSIGN(const auto name, domain::TaskRunName::Parse(run.name()));
  const std::int64_t version = VersionOf(run.etag());
  tx.Exec(kRequestCancel, {{"id", name.run}, {"version", version}}, Guard::kVersion);
  run.set_cancel_requested(true);
  run.set_etag(EtagOf(version + 1));
  AnnounceRun(tx, name, version + 1);
  return run;
}

Result<v1::TaskRunLog> GetTaskRunLog(Reader& reader, const domain::TaskRunName& name) {
  ARGUS_RETURN_IF_ERROR(GetTaskRun(reader, name));
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kLog, {{"run_id", name.run}}));
  v1::TaskRunLog log;
  log.set_name(name.ToString() + "/log");
  for (const db::Row& row : rows) ARGUS_RETURN_IF_ERROR(ReadPayload(row, *log.add_entries()));
  return log;
}

Result<std::vector<RunCount>> CountActiveTaskRuns(Reader& reader) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kCountActive, {}));
  return ParseRows<RunCount>(rows, [](const db::Row& row) -> Result<RunCount> {
    return RunCount{ReadEnum<v1::TaskRun::State>(row, "state"), row.Int("total")};
  });
}

}  // namespace argus::store
