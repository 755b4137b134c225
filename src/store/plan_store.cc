#include "store/plan_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr Sql kColumns =
    "p.id, p.project_id, p.title, p.state, p.creator, p.create_time, p.update_time, p.payload, p.version,"
    " (SELECT MAX(i.id) FROM issue i WHERE i.plan_id = p.id) AS issue_id, (SELECT r.id FROM rollout r"
    " WHERE r.plan_id = p.id) AS rollout_id";

constexpr db::Statement kInsert{
    "plan.insert",
    "INSERT INTO plan (project_id, title, state, creator, create_time, update_time, payload, version)"
    " VALUES (:project_id, :title, :state, :creator, :now, :now, :payload, 1) RETURNING id"};
constexpr db::Statement kGet =
    Define<"plan.get", "SELECT " + kColumns + " FROM plan p WHERE p.id = :id AND p.project_id = :project_id">;
constexpr db::Statement kUpdate{
    "plan.update",
    "UPDATE plan SET title = :title, state = :state, update_time = :now, payload = :payload, version = version + 1"
    " WHERE id = :id AND project_id = :project_id AND version = :version"};

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{"plan.list",
                               "plan.count",
                               kColumns.view(),
                               "plan p",
                               {{"title", "p.title", kKey},
                                {"state", "p.state", kEnum, EnumValues(v1::Plan::State_descriptor())},
                                {"creator", "p.creator", kKey},
                                {"create_time", "p.create_time", kTime}},
                               {{.column = "p.id", .descending = true}}};
  return shape;
}

Result<v1::Plan> Parse(const db::Row& row) {
  v1::Plan plan;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, plan));
  const std::string& project = row.Text("project_id");
  plan.set_name(domain::PlanName{project, row.Int("id")}.ToString());
  plan.set_title(row.Text("title"));
  plan.set_state(ReadEnum<v1::Plan::State>(row, "state"));
  plan.set_creator(row.Text("creator"));
  if (!row.IsNull("issue_id")) plan.set_issue(domain::IssueName{project, row.Int("issue_id")}.ToString());
  if (!row.IsNull("rollout_id")) plan.set_rollout(domain::RolloutName{project, row.Int("rollout_id")}.ToString());
  ReadTime(row, "create_time", plan, &v1::Plan::mutable_create_time);
  ReadTime(row, "update_time", plan, &v1::Plan::mutable_update_time);
  plan.set_etag(EtagOf(row.Int("version")));
  return plan;
}

db::Params Columns(const std::string& project, const v1::Plan& plan, Timestamp now) {
  using P = v1::Plan;
  return {
      {"project_id", project},
      {"title", plan.title()},
      {"state", EnumText(plan.state())},
      {"creator", plan.creator()},
      {"now", now},
      {"payload", PayloadWithout(plan, {P::kNameFieldNumber, P::kTitleFieldNumber, P::kStateFieldNumber,
                                        P::kCreatorFieldNumber, P::kIssueFieldNumber, P::kRolloutFieldNumber,
                                        P::kCreateTimeFieldNumber, P::kUpdateTimeFieldNumber, P::kEtagFieldNumber})}};
}

}  // namespace

Statements PlanStatements() { return {kInsert, kGet, kUpdate}; }

Result<v1::Plan> InsertPlan(Transaction& tx, const domain::ProjectName& parent, v1::Plan plan) {
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsert, Columns(parent.project, plan, tx.now())));
  plan.set_name(domain::PlanName{parent.project, rows.front().Int("id")}.ToString());
  plan.clear_issue();
  plan.clear_rollout();
  *plan.mutable_create_time() = ToProto(tx.now());
  *plan.mutable_update_time() = ToProto(tx.now());
  plan.set_etag(EtagOf(1));
  tx.Announce(Topic::kPlan, plan.name(), 1);
  return plan;
}

Result<v1::Plan> GetPlan(Reader& reader, const domain::PlanName& name) {
  const db::Params params{{"id", name.plan}, {"project_id", name.project}};
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, params, name.ToString()));
  return Parse(row);
}

Result<Page<v1::Plan>> ListPlans(Reader& reader, const domain::ProjectName& parent, const ListQuery& query) {
  return List<v1::Plan>(reader, Shape(), {"p.project_id = :project_id", {{"project_id", parent.project}}}, query,
                        Parse);
}

Result<v1::Plan> UpdatePlan(Transaction& tx, v1::Plan plan) {
  ARGUS_ASSIGN(const auto name, domain::PlanName::Parse(plan.name()));
  const std::int64_t version = VersionOf(plan.etag());
  db::Params params = Columns(name.project, plan, tx.now());
  params.emplace_back("id", name.plan);
  params.emplace_back("version", version);
  tx.Exec(kUpdate, std::move(params), Guard::kVersion);
  *plan.mutable_update_time() = ToProto(tx.now());
  plan.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kPlan, plan.name(), version + 1);
  return plan;
}

}  // namespace argus::store
