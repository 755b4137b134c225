#include "store/rollout_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"
#include "store/task_store.h"

namespace argus::store {
namespace {

constexpr Sql kColumns =
    "r.id, r.project_id, r.plan_id, r.title, r.state, r.creator, r.create_time, r.update_time, r.start_time,"
    " r.end_time, r.payload, r.version, (SELECT MAX(i.id) FROM issue i WHERE i.plan_id = r.plan_id) AS issue_id";

constexpr db::Statement kInsert{"rollout.insert",
                                "INSERT INTO rollout (project_id, plan_id, title, state, creator, create_time,"
                                " update_time, start_time, end_time, payload, version) VALUES (:project_id, :plan_id,"
                                " :title, :state, :creator, :now, :now, :start_time, :end_time, :payload, 1)"
                                " RETURNING id"};
constexpr db::Statement kGet =
    Define<"rollout.get", "SELECT " + kColumns + " FROM rollout r WHERE r.id = :id AND r.project_id = :project_id">;
constexpr db::Statement kOfPlan =
    Define<"rollout.of_plan",
           "SELECT " + kColumns + " FROM rollout r WHERE r.plan_id = :plan_id AND r.project_id = :project_id">;
constexpr db::Statement kInState{"rollout.in_state",
                                 "SELECT id, project_id FROM rollout WHERE state = :state ORDER BY id"};
constexpr db::Statement kUpdate{
    "rollout.update",
    "UPDATE rollout SET title = :title, state = :state, update_time = :now, start_time = :start_time,"
    " end_time = :end_time, payload = :payload, version = version + 1 WHERE id = :id AND project_id = :project_id"
    " AND version = :version"};
constexpr db::Statement kActiveRuns{"rollout.active_runs",
                                    "SELECT t.id FROM task_run t WHERE t.state IN ('PENDING', 'RUNNING', 'UNKNOWN')"
                                    " AND t.project_id = :project_id LIMIT 1"};
// Targets that begin with :first: '0' follows '/'.
constexpr db::Statement kActiveRunsOn{"rollout.active_runs_on",
                                      "SELECT t.id FROM task_run t WHERE t.state IN ('PENDING', 'RUNNING', 'UNKNOWN')"
                                      " AND t.target >= :first AND t.target < :end LIMIT 1"};

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{"rollout.list",
                               "rollout.count",
                               kColumns.view(),
                               "rollout r",
                               {{"title", "r.title", kKey},
                                {"state", "r.state", kEnum, EnumValues(v1::Rollout::State_descriptor())},
                                {"plan", "'projects/' || r.project_id || '/plans/' || r.plan_id", kText},
                                {"creator", "r.creator", kKey},
                                {"create_time", "r.create_time", kTime}},
                               {{.column = "r.id", .descending = true}}};
  return shape;
}

Result<v1::Rollout> Parse(const db::Row& row) {
  v1::Rollout rollout;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, rollout));
  const std::string& project = row.Text("project_id");
  rollout.set_name(domain::RolloutName{project, row.Int("id")}.ToString());
  rollout.set_plan(domain::PlanName{project, row.Int("plan_id")}.ToString());
  if (!row.IsNull("issue_id")) rollout.set_issue(domain::IssueName{project, row.Int("issue_id")}.ToString());
  rollout.set_title(row.Text("title"));
  rollout.set_state(ReadEnum<v1::Rollout::State>(row, "state"));
  rollout.set_creator(row.Text("creator"));
  ReadTime(row, "create_time", rollout, &v1::Rollout::mutable_create_time);
  ReadTime(row, "update_time", rollout, &v1::Rollout::mutable_update_time);
  ReadTime(row, "start_time", rollout, &v1::Rollout::mutable_start_time);
  ReadTime(row, "end_time", rollout, &v1::Rollout::mutable_end_time);
  rollout.set_etag(EtagOf(row.Int("version")));
  return rollout;
}

db::Bytes Payload(const v1::Rollout& rollout) {
  using R = v1::Rollout;
  return PayloadWithout(rollout, {R::kNameFieldNumber, R::kTitleFieldNumber, R::kPlanFieldNumber, R::kIssueFieldNumber,
                                  R::kStateFieldNumber, R::kStagesFieldNumber, R::kCreatorFieldNumber,
                                  R::kCreateTimeFieldNumber, R::kUpdateTimeFieldNumber, R::kStartTimeFieldNumber,
                                  R::kEndTimeFieldNumber, R::kEtagFieldNumber, R::kBlockedByFieldNumber});
}

db::Params Columns(const std::string& project, const v1::Rollout& rollout, Timestamp now) {
  return {{"project_id", project},
          {"title", rollout.title()},
          {"state", EnumText(rollout.state())},
          {"now", now},
          {"start_time", FromProto(rollout.start_time())},
          {"end_time", FromProto(rollout.end_time())},
          {"payload", Payload(rollout)}};
}

Result<v1::Rollout> ParseWithStages(Reader& reader, const db::Row& row) {
  ARGUS_ASSIGN(v1::Rollout rollout, Parse(row));
  ARGUS_ASSIGN(auto stages, LoadStages(reader, {row.Text("project_id"), row.Int("id")}));
  rollout.mutable_stages()->Assign(std::make_move_iterator(stages.begin()), std::make_move_iterator(stages.end()));
  return rollout;
}

}  // namespace

Statements RolloutStatements() { return {kInsert, kGet, kOfPlan, kInState, kUpdate, kActiveRuns, kActiveRunsOn}; }

Result<v1::Rollout> InsertRollout(Transaction& tx, const domain::ProjectName& parent, v1::Rollout rollout) {
  ARGUS_ASSIGN(const auto plan, domain::PlanName::Parse(rollout.plan()));
  db::Params params = Columns(parent.project, rollout, tx.now());
  params.emplace_back("plan_id", plan.plan);
  params.emplace_back("creator", rollout.creator());
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsert, params, Guard::kNewKey));
  const domain::RolloutName name{parent.project, rows.front().Int("id")};
  ARGUS_RETURN_IF_ERROR(InsertStages(tx, name, {rollout.mutable_stages()->begin(), rollout.mutable_stages()->end()}));
  tx.Announce(Topic::kRollout, name.ToString(), 1);
  return GetRollout(tx, name);
}

Result<v1::Rollout> GetRollout(Reader& reader, const domain::RolloutName& name) {
  const db::Params params{{"id", name.rollout}, {"project_id", name.project}};
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, params, name.ToString()));
  return ParseWithStages(reader, row);
}

Result<v1::Rollout> GetRolloutHead(Reader& reader, const domain::RolloutName& name) {
  const db::Params params{{"id", name.rollout}, {"project_id", name.project}};
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, params, name.ToString()));
  return Parse(row);
}

Result<std::optional<v1::Rollout>> FindRolloutOfPlan(Reader& reader, const domain::PlanName& plan) {
  ARGUS_ASSIGN(const auto row, FindRow(reader, kOfPlan, {{"plan_id", plan.plan}, {"project_id", plan.project}}));
  if (!row) return std::optional<v1::Rollout>();
  ARGUS_ASSIGN(auto rollout, ParseWithStages(reader, *row));
  return std::optional(std::move(rollout));
}

Result<Page<v1::Rollout>> ListRollouts(Reader& reader, const domain::ProjectName& parent, const ListQuery& query) {
  const ListScope scope{"r.project_id = :project_id", {{"project_id", parent.project}}};
  return List<v1::Rollout>(reader, Shape(), scope, query, Parse);
}

Result<std::vector<domain::RolloutName>> RolloutsInState(Reader& reader, v1::Rollout::State state) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kInState, {{"state", EnumText(state)}}));
  return ParseRows<domain::RolloutName>(rows, [](const db::Row& row) -> Result<domain::RolloutName> {
    return domain::RolloutName{row.Text("project_id"), row.Int("id")};
  });
}

Result<v1::Rollout> UpdateRollout(Transaction& tx, v1::Rollout rollout) {
  ARGUS_ASSIGN(const auto name, domain::RolloutName::Parse(rollout.name()));
  const std::int64_t version = VersionOf(rollout.etag());
  db::Params params = Columns(name.project, rollout, tx.now());
  params.emplace_back("id", name.rollout);
  params.emplace_back("version", version);
  tx.Exec(kUpdate, std::move(params), Guard::kVersion);
  *rollout.mutable_update_time() = ToProto(tx.now());
  rollout.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kRollout, rollout.name(), version + 1);
  return rollout;
}

Result<bool> ProjectHasActiveRuns(Reader& reader, const domain::ProjectName& project) {
  ARGUS_ASSIGN(const auto row, FindRow(reader, kActiveRuns, {{"project_id", project.project}}));
  return row.has_value();
}

Result<bool> InstanceHasActiveRuns(Reader& reader, const domain::InstanceName& instance) {
  const db::Params params{{"first", instance.ToString() + "/"}, {"end", instance.ToString() + "0"}};
  ARGUS_ASSIGN(const auto row, FindRow(reader, kActiveRunsOn, params));
  return row.has_value();
}

}  // namespace argus::store
