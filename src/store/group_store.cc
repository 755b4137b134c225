#include "store/group_store.h"

#include <map>
#include <set>

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr Sql kColumns = "group_id, title, description, create_time, update_time, version";

constexpr db::Statement kInsert{
    "group.insert",
    "INSERT INTO user_group (group_id, title, description, create_time, update_time, version) VALUES (:group_id,"
    " :title, :description, :now, :now, 1)"};
constexpr db::Statement kGet =
    Define<"group.get", "SELECT " + kColumns + " FROM user_group WHERE group_id = :group_id">;
constexpr db::Statement kUpdate{
    "group.update",
    "UPDATE user_group SET title = :title, description = :description, update_time = :now, version = version + 1"
    " WHERE group_id = :group_id AND version = :version"};
constexpr db::Statement kDelete{"group.delete", "DELETE FROM user_group WHERE group_id = :group_id"};
constexpr db::Statement kMembers{
    "group.members",
    "SELECT group_id, login_id FROM user_group_member WHERE group_id IN (:groups) ORDER BY group_id, login_id"};
constexpr db::Statement kInsertMember{
    "group.insert_member", "INSERT INTO user_group_member (group_id, login_id) VALUES (:group_id, :login_id)"};
constexpr db::Statement kDeleteMembers{"group.delete_members",
                                       "DELETE FROM user_group_member WHERE group_id = :group_id"};
constexpr db::Statement kOfUser{"group.of_user",
                                "SELECT group_id FROM user_group_member WHERE login_id = :login_id ORDER BY group_id"};

const ListShape& Shape() {
  static const ListShape shape{"group.list", "group.count", kColumns.view(), "user_group", {}, {{"group_id", true}}};
  return shape;
}

Result<v1::Group> Parse(const db::Row& row) {
  v1::Group group;
  group.set_name("groups/" + row.Text("group_id"));
  group.set_title(row.Text("title"));
  group.set_description(row.Text("description"));
  ReadTime(row, "create_time", group, &v1::Group::mutable_create_time);
  ReadTime(row, "update_time", group, &v1::Group::mutable_update_time);
  group.set_etag(EtagOf(row.Int("version")));
  return group;
}

// Fills in the members of all `groups` by one query.
Status LoadMembers(Reader& reader, std::span<v1::Group> groups) {
  std::map<std::string, v1::Group*> by_name;
  std::vector<db::Value> ids;
  for (v1::Group& group : groups) {
    by_name[group.name()] = &group;
    ids.emplace_back(group.name().substr(std::string_view("groups/").size()));
  }
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kMembers, {{"groups", std::move(ids)}}));
  for (const db::Row& row : rows) {
    by_name["groups/" + row.Text("group_id")]->add_members("users/" + row.Text("login_id"));
  }
  return Ok();
}

// Also leaves them in `group` as they will be read.
Status InsertMembers(Transaction& tx, const domain::GroupName& name, v1::Group& group) {
  std::set<domain::UserName> members;
  for (const std::string& member : group.members()) {
    ARGUS_ASSIGN(auto user, domain::UserName::Parse(member));
    members.insert(std::move(user));
  }
  group.clear_members();
  for (const domain::UserName& user : members) {
    tx.Exec(kInsertMember, {{"group_id", name.group}, {"login_id", user.login_id}});
    group.add_members(user.ToString());
  }
  return Ok();
}

db::Params Columns(const domain::GroupName& name, const v1::Group& group, Timestamp now) {
  return {{"group_id", name.group}, {"title", group.title()}, {"description", group.description()}, {"now", now}};
}

}  // namespace

Statements GroupStatements() {
  return {kInsert, kGet, kUpdate, kDelete, kMembers, kInsertMember, kDeleteMembers, kOfUser};
}

Result<v1::Group> InsertGroup(Transaction& tx, const domain::GroupName& name, v1::Group group) {
  tx.Exec(kInsert, Columns(name, group, tx.now()), Guard::kNewKey);
  ARGUS_RETURN_IF_ERROR(InsertMembers(tx, name, group));
  group.set_name(name.ToString());
  *group.mutable_create_time() = ToProto(tx.now());
  *group.mutable_update_time() = ToProto(tx.now());
  group.set_etag(EtagOf(1));
  tx.Announce(Topic::kUser, group.name(), 1);
  return group;
}

Result<v1::Group> GetGroup(Reader& reader, const domain::GroupName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, {{"group_id", name.group}}, name.ToString()));
  ARGUS_ASSIGN(v1::Group group, Parse(row));
  ARGUS_RETURN_IF_ERROR(LoadMembers(reader, std::span(&group, 1)));
  return group;
}

Result<Page<v1::Group>> ListGroups(Reader& reader, const ListQuery& query) {
  ARGUS_ASSIGN(auto page, List<v1::Group>(reader, Shape(), {}, query, Parse));
  ARGUS_RETURN_IF_ERROR(LoadMembers(reader, page.items));
  return page;
}

Result<v1::Group> UpdateGroup(Transaction& tx, v1::Group group) {
  ARGUS_ASSIGN(const auto name, domain::GroupName::Parse(group.name()));
  const std::int64_t version = VersionOf(group.etag());
  db::Params params = Columns(name, group, tx.now());
  params.emplace_back("version", version);
  tx.Exec(kUpdate, std::move(params), Guard::kVersion);
  tx.Exec(kDeleteMembers, {{"group_id", name.group}});
  ARGUS_RETURN_IF_ERROR(InsertMembers(tx, name, group));
  *group.mutable_update_time() = ToProto(tx.now());
  group.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kUser, group.name(), version + 1);
  return group;
}

void DeleteGroup(Transaction& tx, const domain::GroupName& name) {
  tx.Exec(kDelete, {{"group_id", name.group}});
  tx.Announce(Topic::kUser, name.ToString());
}

Result<std::vector<std::string>> GroupsOf(Reader& reader, const domain::UserName& user) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kOfUser, {{"login_id", user.login_id}}));
  return ParseRows<std::string>(
      rows, [](const db::Row& row) -> Result<std::string> { return "groups/" + row.Text("group_id"); });
}

}  // namespace argus::store
