#include "store/iam_policy_store.h"

#include <set>
#include <utility>

#include "store/etag.h"
#include "store/group_store.h"
#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kVersionOf{"iam.version", "SELECT version FROM iam_policy WHERE resource = :resource"};
constexpr db::Statement kBindings{
    "iam.bindings", "SELECT role, member FROM iam_binding WHERE resource = :resource ORDER BY role, member"};
constexpr db::Statement kInsert{"iam.insert", "INSERT INTO iam_policy (resource, version) VALUES (:resource, 1)"};
constexpr db::Statement kUpdate{
    "iam.update", "UPDATE iam_policy SET version = version + 1 WHERE resource = :resource AND version = :version"};
constexpr db::Statement kClear{"iam.clear", "DELETE FROM iam_binding WHERE resource = :resource"};
constexpr db::Statement kBind{"iam.bind",
                              "INSERT INTO iam_binding (resource, role, member) VALUES (:resource, :role, :member)"};
constexpr db::Statement kIsActive{"iam.is_active",
                                  "SELECT login_id FROM user_account WHERE login_id = :login_id AND state = 'ACTIVE'"};
constexpr db::Statement kAssignments{
    "iam.assignments",
    "SELECT DISTINCT resource, role FROM iam_binding WHERE member IN (:members) ORDER BY resource, role"};
constexpr db::Statement kBinding{"iam.resources_binding",
                                 "SELECT DISTINCT resource FROM iam_binding WHERE (role = :role OR :role = '')"
                                 " AND (member = :member OR :member = '') ORDER BY resource"};

void InsertBindings(Transaction& tx, std::string_view resource, const v1::IamPolicy& policy) {
  std::set<std::pair<std::string, std::string>> bindings;
  for (const v1::Binding& binding : policy.bindings()) {
    for (const std::string& member : binding.members()) bindings.emplace(binding.role(), member);
  }
  for (const auto& [role, member] : bindings) {
    tx.Exec(kBind, {{"resource", resource}, {"role", role}, {"member", member}});
  }
}

std::vector<db::Value> MembersFor(const domain::Subject& subject) {
  std::vector<db::Value> members{subject.user, std::string("allUsers")};
  for (const std::string& group : subject.groups) members.emplace_back(group);
  return members;
}

}  // namespace

Statements IamPolicyStatements() {
  return {kVersionOf, kBindings, kInsert, kUpdate, kClear, kBind, kIsActive, kAssignments, kBinding};
}

Result<v1::IamPolicy> GetIamPolicy(Reader& reader, std::string_view resource) {
  v1::IamPolicy policy;
  ARGUS_ASSIGN(const auto version, FindRow(reader, kVersionOf, {{"resource", resource}}));
  policy.set_etag(EtagOf(version ? version->Int("version") : 0));
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kBindings, {{"resource", resource}}));
  for (const db::Row& row : rows) {
    const int last = policy.bindings_size() - 1;
    const bool same_role = last >= 0 && policy.bindings(last).role() == row.Text("role");
    v1::Binding* binding = same_role ? policy.mutable_bindings(last) : policy.add_bindings();
    binding->set_role(row.Text("role"));
    binding->add_members(row.Text("member"));
  }
  return policy;
}

Result<v1::IamPolicy> SetIamPolicy(Transaction& tx, std::string_view resource, v1::IamPolicy policy) {
  const std::int64_t version = VersionOf(policy.etag());
  if (version == 0) {
    tx.Exec(kInsert, {{"resource", resource}}, Guard::kContendedKey);
  } else {
    tx.Exec(kUpdate, {{"resource", resource}, {"version", version}}, Guard::kVersion);
  }
  tx.Exec(kClear, {{"resource", resource}});
  InsertBindings(tx, resource, policy);
  tx.Announce(Topic::kIam, std::string(resource), version + 1);
  return GetIamPolicy(tx, resource);
}

Result<domain::Subject> LoadSubject(Reader& reader, const domain::UserName& user) {
  domain::Subject subject{user.ToString(), {}, {}};
  ARGUS_ASSIGN(const auto active, FindRow(reader, kIsActive, {{"login_id", user.login_id}}));
  if (!active) return subject;
  ARGUS_ASSIGN(subject.groups, GroupsOf(reader, user));
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kAssignments, {{"members", MembersFor(subject)}}));
  for (const db::Row& row : rows) {
    const bool workspace = row.Text("resource") == kWorkspaceResource;
    subject.assignments.push_back({row.Text("role"), workspace ? "" : row.Text("resource")});
  }
  return subject;
}

Result<std::vector<std::string>> ResourcesBinding(Reader& reader, std::string_view role, std::string_view member) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kBinding, {{"role", role}, {"member", member}}));
  return ParseRows<std::string>(rows, [](const db::Row& row) -> Result<std::string> { return row.Text("resource"); });
}

}  // namespace argus::store
