#include "store/task_store.h"

#include "store/etag.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr Sql kColumns =
    "t.id, t.project_id, t.rollout_id, t.stage, t.environment, t.sheet, t.target, t.state, t.run_after,"
    " t.update_time, t.payload, t.version, (SELECT MAX(r.id) FROM task_run r WHERE r.task_id = t.id) AS latest_run_id";

constexpr db::Statement kInsert{
    "task.insert",
    "INSERT INTO task (project_id, rollout_id, stage, environment, sheet, target, state, run_after, update_time,"
    " payload, version) VALUES (:project_id, :rollout_id, :stage, :environment, :sheet, :target, :state, :run_after,"
    " :now, :payload, 1)"};
constexpr db::Statement kGet = Define<"task.get", "SELECT " + kColumns +
                                                      " FROM task t WHERE t.id = :id AND t.rollout_id = :rollout_id"
                                                      " AND t.project_id = :project_id">;
constexpr db::Statement kOfRollout =
    Define<"task.of_rollout",
           "SELECT " + kColumns + " FROM task t WHERE t.rollout_id = :rollout_id ORDER BY t.stage, t.id">;
constexpr db::Statement kUpdate{"task.update",
                                "UPDATE task SET state = :state, run_after = :run_after, update_time = :now,"
                                " payload = :payload, version = version + 1 WHERE id = :id"
                                " AND rollout_id = :rollout_id AND version = :version"};

domain::TaskName NameOf(const db::Row& row) { return {row.Text("project_id"), row.Int("rollout_id"), row.Int("id")}; }

Result<v1::Task> Parse(const db::Row& row) {
  const domain::TaskName name = NameOf(row);
  v1::Task task;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, task));
  task.set_name(name.ToString());
  task.set_environment(row.Text("environment"));
  task.set_sheet(row.Text("sheet"));
  task.set_target(row.Text("target"));
  task.set_state(ReadEnum<v1::Task::State>(row, "state"));
  if (!row.IsNull("latest_run_id")) {
    task.set_latest_task_run(
        domain::TaskRunName{name.project, name.rollout, name.task, row.Int("latest_run_id")}.ToString());
  }
  ReadTime(row, "run_after", task, &v1::Task::mutable_run_after);
  ReadTime(row, "update_time", task, &v1::Task::mutable_update_time);
  task.set_etag(EtagOf(row.Int("version")));
  return task;
}

// Spec and skip reason.
db::Bytes Payload(const v1::Task& task) {
  using T = v1::Task;
  return PayloadWithout(task, {T::kNameFieldNumber, T::kSheetFieldNumber, T::kTargetFieldNumber,
                               T::kEnvironmentFieldNumber, T::kStateFieldNumber, T::kRunAfterFieldNumber,
                               T::kLatestTaskRunFieldNumber, T::kUpdateTimeFieldNumber, T::kEtagFieldNumber});
}

void InsertTask(Transaction& tx, const domain::RolloutName& rollout, std::int64_t stage, const v1::Task& task) {
  tx.Exec(kInsert, {{"project_id", rollout.project},
                    {"rollout_id", rollout.rollout},
                    {"stage", stage},
                    {"environment", task.environment()},
                    {"sheet", task.sheet()},
                    {"target", task.target()},
                    {"state", EnumText(task.state())},
                    {"run_after", FromProto(task.run_after())},
                    {"now", tx.now()},
                    {"payload", Payload(task)}});
}

}  // namespace

Statements TaskStatements() { return {kInsert, kGet, kOfRollout, kUpdate}; }

Result<v1::Task> GetTask(Reader& reader, const domain::TaskName& name) {
  const db::Params params{{"id", name.task}, {"rollout_id", name.rollout}, {"project_id", name.project}};
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, params, name.ToString()));
  return Parse(row);
}

Result<std::vector<v1::Stage>> LoadStages(Reader& reader, const domain::RolloutName& rollout) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kOfRollout, {{"rollout_id", rollout.rollout}}));
  std::vector<v1::Stage> stages;
  std::int64_t last = -1;
  for (const db::Row& row : rows) {
    if (row.Int("stage") != last) stages.emplace_back().set_environment(row.Text("environment"));
    last = row.Int("stage");
    ARGUS_ASSIGN(*stages.back().add_tasks(), Parse(row));
  }
  return stages;
}

Status InsertStages(Transaction& tx, const domain::RolloutName& rollout, const std::vector<v1::Stage>& stages) {
  for (std::size_t n = 0; n < stages.size(); ++n) {
    for (v1::Task task : stages[n].tasks()) {
      if (task.environment().empty()) task.set_environment(stages[n].environment());
      InsertTask(tx, rollout, static_cast<std::int64_t>(n), task);
    }
  }
  return tx.Flush();
}

Result<v1::Task> UpdateTask(Transaction& tx, v1::Task task) {
  ARGUS_ASSIGN(const auto name, domain::TaskName::Parse(task.name()));
  const std::int64_t version = VersionOf(task.etag());
  tx.Exec(kUpdate,
          {{"id", name.task},
           {"rollout_id", name.rollout},
           {"version", version},
           {"state", EnumText(task.state())},
           {"run_after", FromProto(task.run_after())},
           {"now", tx.now()},
           {"payload", Payload(task)}},
          Guard::kVersion);
  *task.mutable_update_time() = ToProto(tx.now());
  task.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kRollout, name.Rollout().ToString());
  return task;
}

}  // namespace argus::store
