#include "store/role_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kInsert{"role.insert",
                                "INSERT INTO custom_role (role_id, payload, version) VALUES (:role_id, :payload, 1)"};
constexpr db::Statement kGet{"role.get", "SELECT role_id, payload, version FROM custom_role WHERE role_id = :role_id"};
constexpr db::Statement kAll{"role.all", "SELECT role_id, payload, version FROM custom_role ORDER BY role_id"};
constexpr db::Statement kUpdate{
    "role.update",
    "UPDATE custom_role SET payload = :payload, version = version + 1 WHERE role_id = :role_id AND version = :version"};
constexpr db::Statement kDelete{"role.delete", "DELETE FROM custom_role WHERE role_id = :role_id"};

const ListShape& Shape() {
  static const ListShape shape{"role.list",   "role.count", "role_id, payload, version",
                               "custom_role", {},           {{"role_id", true}}};
  return shape;
}

Result<v1::Role> Parse(const db::Row& row) {
  v1::Role role;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, role));
  role.set_name("roles/" + row.Text("role_id"));
  role.set_etag(EtagOf(row.Int("version")));
  return role;
}

db::Bytes Payload(const v1::Role& role) {
  return PayloadWithout(role, {v1::Role::kNameFieldNumber, v1::Role::kBuiltInFieldNumber, v1::Role::kEtagFieldNumber});
}

}  // namespace

Statements RoleStatements() { return {kInsert, kGet, kAll, kUpdate, kDelete}; }

Result<v1::Role> InsertRole(Transaction& tx, const domain::RoleName& name, v1::Role role) {
  tx.Exec(kInsert, {{"role_id", name.role}, {"payload", Payload(role)}}, Guard::kNewKey);
  role.set_name(name.ToString());
  role.set_etag(EtagOf(1));
  tx.Announce(Topic::kIam, role.name(), 1);
  return role;
}

Result<v1::Role> GetRole(Reader& reader, const domain::RoleName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, {{"role_id", name.role}}, name.ToString()));
  return Parse(row);
}

Result<Page<v1::Role>> ListRoles(Reader& reader, const ListQuery& query) {
  return List<v1::Role>(reader, Shape(), {}, query, Parse);
}

Result<std::vector<v1::Role>> AllCustomRoles(Reader& reader) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kAll, {}));
  return ParseRows<v1::Role>(rows, Parse);
}

Result<v1::Role> UpdateRole(Transaction& tx, v1::Role role) {
  ARGUS_ASSIGN(const auto name, domain::RoleName::Parse(role.name()));
  const std::int64_t version = VersionOf(role.etag());
  tx.Exec(kUpdate, {{"role_id", name.role}, {"payload", Payload(role)}, {"version", version}}, Guard::kVersion);
  role.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kIam, role.name(), version + 1);
  return role;
}

void DeleteRole(Transaction& tx, const domain::RoleName& name) {
  tx.Exec(kDelete, {{"role_id", name.role}});
  tx.Announce(Topic::kIam, name.ToString());
}

}  // namespace argus::store
