#include "store/project_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"
#include "store/visible.h"

namespace argus::store {
namespace {

constexpr Sql kColumns = "project_id, title, state, create_time, update_time, payload, version";

constexpr db::Statement kInsert{
    "project.insert",
    "INSERT INTO project (project_id, title, state, create_time, update_time, payload, version) VALUES (:project_id,"
    " :title, :state, :now, :now, :payload, 1)"};
constexpr db::Statement kGet =
    Define<"project.get", "SELECT " + kColumns + " FROM project WHERE project_id = :project_id">;
constexpr db::Statement kUpdate{
    "project.update",
    "UPDATE project SET title = :title, state = :state, update_time = :now, payload = :payload, version = version + 1"
    " WHERE project_id = :project_id AND version = :version"};

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{"project.list",
                               "project.count",
                               kColumns.view(),
                               "project",
                               {{"project_id", "project_id", kKey},
                                {"title", "title", kKey},
                                {"state", "state", kEnum, EnumValues(v1::ResourceState_descriptor())}},
                               {{"project_id", true}}};
  return shape;
}

Result<v1::Project> Parse(const db::Row& row) {
  v1::Project project;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, project));
  project.set_name("projects/" + row.Text("project_id"));
  project.set_title(row.Text("title"));
  project.set_state(ReadEnum<v1::ResourceState>(row, "state"));
  ReadTime(row, "create_time", project, &v1::Project::mutable_create_time);
  ReadTime(row, "update_time", project, &v1::Project::mutable_update_time);
  project.set_etag(EtagOf(row.Int("version")));
  return project;
}

db::Params Columns(const domain::ProjectName& name, const v1::Project& project, Timestamp now) {
  using P = v1::Project;
  return {{"project_id", name.project},
          {"title", project.title()},
          {"state", EnumText(project.state())},
          {"now", now},
          {"payload",
           PayloadWithout(project, {P::kNameFieldNumber, P::kTitleFieldNumber, P::kStateFieldNumber,
                                    P::kCreateTimeFieldNumber, P::kUpdateTimeFieldNumber, P::kEtagFieldNumber})}};
}

}  // namespace

Statements ProjectStatements() { return {kInsert, kGet, kUpdate}; }

Result<v1::Project> InsertProject(Transaction& tx, const domain::ProjectName& name, v1::Project project) {
  tx.Exec(kInsert, Columns(name, project, tx.now()), Guard::kNewKey);
  project.set_name(name.ToString());
  *project.mutable_create_time() = ToProto(tx.now());
  *project.mutable_update_time() = ToProto(tx.now());
  project.set_etag(EtagOf(1));
  tx.Announce(Topic::kProject, project.name(), 1);
  return project;
}

Result<v1::Project> GetProject(Reader& reader, const domain::ProjectName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, {{"project_id", name.project}}, name.ToString()));
  return Parse(row);
}

Result<Page<v1::Project>> ListProjects(Reader& reader, const VisibleProjects& visible, const ListQuery& query) {
  ListScope scope;
  AddVisible(scope, "project_id IN (:visible)", visible);
  if (!query.show_deleted) scope.Add("state <> 'DELETED'");
  return List<v1::Project>(reader, Shape(), scope, query, Parse);
}

Result<v1::Project> UpdateProject(Transaction& tx, v1::Project project) {
  ARGUS_ASSIGN(const auto name, domain::ProjectName::Parse(project.name()));
  const std::int64_t version = VersionOf(project.etag());
  db::Params params = Columns(name, project, tx.now());
  params.emplace_back("version", version);
  tx.Exec(kUpdate, std::move(params), Guard::kVersion);
  *project.mutable_update_time() = ToProto(tx.now());
  project.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kProject, project.name(), version + 1);
  return project;
}

}  // namespace argus::store
