#include "store/issue_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"
#include "store/visible.h"

namespace argus::store {
namespace {

constexpr Sql kColumns =
    "i.id, i.project_id, i.plan_id, i.title, i.state, i.creator, i.ticket, i.approval_status, i.create_time,"
    " i.update_time, i.payload, i.version, (SELECT r.id FROM rollout r WHERE r.plan_id = i.plan_id) AS rollout_id";

constexpr db::Statement kInsert{"issue.insert",
                                "INSERT INTO issue (project_id, plan_id, title, state, creator, ticket,"
                                " approval_status, create_time, update_time, payload, version) VALUES (:project_id,"
                                " :plan_id, :title, :state, :creator, :ticket, :approval_status, :now, :now,"
                                " :payload, 1) RETURNING id"};
constexpr db::Statement kGet =
    Define<"issue.get", "SELECT " + kColumns + " FROM issue i WHERE i.id = :id AND i.project_id = :project_id">;
constexpr db::Statement kOfPlan =
    Define<"issue.of_plan", "SELECT " + kColumns +
                                " FROM issue i WHERE i.plan_id = :plan_id AND i.project_id = :project_id"
                                " ORDER BY i.id DESC LIMIT 1">;
constexpr db::Statement kUpdate{
    "issue.update",
    "UPDATE issue SET title = :title, state = :state, ticket = :ticket, approval_status = :approval_status,"
    " update_time = :now, payload = :payload, version = version + 1 WHERE id = :id AND project_id = :project_id"
    " AND version = :version"};
constexpr db::Statement kInsertComment{
    "issue_comment.insert",
    "INSERT INTO issue_comment (issue_id, content, creator, create_time) VALUES (:issue_id, :content, :creator, :now)"
    " RETURNING id"};

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{
      "issue.list",
      "issue.count",
      kColumns.view(),
      "issue i",
      {{"title", "i.title", kKey},
       {"state", "i.state", kEnum, EnumValues(v1::Issue::State_descriptor())},
       {"creator", "i.creator", kKey},
       {"approval_status", "i.approval_status", kEnum, EnumValues(v1::Approval::Status_descriptor())},
       {"plan", "'projects/' || i.project_id || '/plans/' || i.plan_id", kText},
       {"ticket", "i.ticket", kKey},
       {"create_time", "i.create_time", kTime}},
      {{.column = "i.id", .descending = true}}};
  return shape;
}

const ListShape& CommentShape() {
  static const ListShape shape{"issue_comment.list",
                               "issue_comment.count",
                               "c.id, c.content, c.creator, c.create_time",
                               "issue_comment c JOIN issue i ON i.id = c.issue_id",
                               {},
                               {{"c.id"}}};
  return shape;
}

Result<v1::Issue> Parse(const db::Row& row) {
  v1::Issue issue;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, issue));
  const std::string& project = row.Text("project_id");
  issue.set_name(domain::IssueName{project, row.Int("id")}.ToString());
  issue.set_plan(domain::PlanName{project, row.Int("plan_id")}.ToString());
  if (!row.IsNull("rollout_id")) issue.set_rollout(domain::RolloutName{project, row.Int("rollout_id")}.ToString());
  issue.set_title(row.Text("title"));
  issue.set_state(ReadEnum<v1::Issue::State>(row, "state"));
  issue.set_creator(row.Text("creator"));
  issue.set_ticket(row.Text("ticket"));
  issue.mutable_approval()->set_status(ReadEnum<v1::Approval::Status>(row, "approval_status"));
  ReadTime(row, "create_time", issue, &v1::Issue::mutable_create_time);
  ReadTime(row, "update_time", issue, &v1::Issue::mutable_update_time);
  issue.set_etag(EtagOf(row.Int("version")));
  return issue;
}

// Description and approval.
db::Bytes Payload(const v1::Issue& issue) {
  using I = v1::Issue;
  return PayloadWithout(issue, {I::kNameFieldNumber, I::kTitleFieldNumber, I::kStateFieldNumber, I::kPlanFieldNumber,
                                I::kRolloutFieldNumber, I::kCreatorFieldNumber, I::kTicketFieldNumber,
                                I::kCreateTimeFieldNumber, I::kUpdateTimeFieldNumber, I::kEtagFieldNumber});
}

db::Params Columns(const std::string& project, const v1::Issue& issue, Timestamp now) {
  return {{"project_id", project},
          {"title", issue.title()},
          {"state", EnumText(issue.state())},
          {"ticket", issue.ticket()},
          {"approval_status", EnumText(issue.approval().status())},
          {"now", now},
          {"payload", Payload(issue)}};
}

}  // namespace

Statements IssueStatements() { return {kInsert, kGet, kOfPlan, kUpdate, kInsertComment}; }

Result<v1::Issue> InsertIssue(Transaction& tx, const domain::ProjectName& parent, v1::Issue issue) {
  ARGUS_ASSIGN(const auto plan, domain::PlanName::Parse(issue.plan()));
  db::Params params = Columns(parent.project, issue, tx.now());
  params.emplace_back("plan_id", plan.plan);
  params.emplace_back("creator", issue.creator());
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsert, params));
  issue.set_name(domain::IssueName{parent.project, rows.front().Int("id")}.ToString());
  *issue.mutable_create_time() = ToProto(tx.now());
  *issue.mutable_update_time() = ToProto(tx.now());
  issue.set_etag(EtagOf(1));
  tx.Announce(Topic::kIssue, issue.name(), 1);
  return issue;
}

Result<v1::Issue> GetIssue(Reader& reader, const domain::IssueName& name) {
  const db::Params params{{"id", name.issue}, {"project_id", name.project}};
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, params, name.ToString()));
  return Parse(row);
}

Result<std::optional<v1::Issue>> FindIssueOfPlan(Reader& reader, const domain::PlanName& plan) {
  ARGUS_ASSIGN(const auto row, FindRow(reader, kOfPlan, {{"plan_id", plan.plan}, {"project_id", plan.project}}));
  if (!row) return std::optional<v1::Issue>();
  ARGUS_ASSIGN(auto issue, Parse(*row));
  return std::optional(std::move(issue));
}

Result<Page<v1::Issue>> ListIssues(Reader& reader, const VisibleProjects& projects, const ListQuery& query) {
  ListScope scope;
  AddVisible(scope, "i.project_id IN (:visible)", projects);
  return List<v1::Issue>(reader, Shape(), scope, query, Parse);
}

Result<v1::Issue> UpdateIssue(Transaction& tx, v1::Issue issue) {
  ARGUS_ASSIGN(const auto name, domain::IssueName::Parse(issue.name()));
  const std::int64_t version = VersionOf(issue.etag());
  db::Params params = Columns(name.project, issue, tx.now());
  params.emplace_back("id", name.issue);
  params.emplace_back("version", version);
  tx.Exec(kUpdate, std::move(params), Guard::kVersion);
  *issue.mutable_update_time() = ToProto(tx.now());
  issue.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kIssue, issue.name(), version + 1);
  return issue;
}

Result<v1::IssueComment> InsertIssueComment(Transaction& tx, const domain::IssueName& issue, v1::IssueComment comment) {
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsertComment, {{"issue_id", issue.issue},
                                                                      {"content", comment.content()},
                                                                      {"creator", comment.creator()},
                                                                      {"now", tx.now()}}));
  comment.set_name(issue.ToString() + "/comments/" + std::to_string(rows.front().Int("id")));
  *comment.mutable_create_time() = ToProto(tx.now());
  tx.Announce(Topic::kIssue, issue.ToString());
  return comment;
}

Result<Page<v1::IssueComment>> ListIssueComments(Reader& reader, const domain::IssueName& issue,
                                                 const ListQuery& query) {
  const ListScope scope{"c.issue_id = :issue_id AND i.project_id = :project_id",
                        {{"issue_id", issue.issue}, {"project_id", issue.project}}};
  return List<v1::IssueComment>(reader, CommentShape(), scope, query,
                                [&](const db::Row& row) -> Result<v1::IssueComment> {
                                  v1::IssueComment comment;
                                  comment.set_name(issue.ToString() + "/comments/" + std::to_string(row.Int("id")));
                                  comment.set_content(row.Text("content"));
                                  comment.set_creator(row.Text("creator"));
                                  ReadTime(row, "create_time", comment, &v1::IssueComment::mutable_create_time);
                                  return comment;
                                });
}

}  // namespace argus::store
