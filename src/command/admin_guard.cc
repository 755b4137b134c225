#include "command/admin_guard.h"

#include "command/refusals.h"
#include "domain/iam.h"
#include "domain/reasons.h"
#include "domain/resource_name.h"
#include "store/group_store.h"
#include "store/iam_policy_store.h"
#include "store/user_store.h"

namespace argus::command {
namespace {

Result<bool> IsActive(store::Reader& reader, const domain::UserName& name) {
  const auto user = store::GetUser(reader, name);
  ARGUS_ASSIGN(const bool exists, Exists(user));
  return exists && user->state() == v1::ACTIVE;
}

Result<bool> AnyUserActive(store::Reader& reader) {
  store::ListQuery query;
  query.page_size = 1;
  query.filter = "state = \"ACTIVE\"";
  ARGUS_ASSIGN(const auto page, store::ListUsers(reader, query));
  return !page.items.empty();
}

Result<bool> AnyMemberActive(store::Reader& reader, const domain::GroupName& name) {
  ARGUS_ASSIGN(const auto group, store::GetGroup(reader, name));
  for (const auto& member : group.members()) {
    ARGUS_ASSIGN(const auto user, domain::UserName::Parse(member));
    ARGUS_ASSIGN(const bool active, IsActive(reader, user));
    if (active) return true;
  }
  return false;
}

Result<bool> StandsForActiveUser(store::Reader& reader, const std::string& member) {
  if (member == "allUsers") return AnyUserActive(reader);
  if (const auto user = domain::UserName::Parse(member); user.ok()) return IsActive(reader, *user);
  ARGUS_ASSIGN(const auto group, domain::GroupName::Parse(member));
  return AnyMemberActive(reader, group);
}

}  // namespace

Status RequireActiveAdmin(store::Reader& reader) {
  ARGUS_ASSIGN(const auto policy, store::GetIamPolicy(reader, store::kWorkspaceResource));
  for (const auto& binding : policy.bindings()) {
    if (binding.role() != domain::kWorkspaceAdmin) continue;
    for (const auto& member : binding.members()) {
      ARGUS_ASSIGN(const bool active, StandsForActiveUser(reader, member));
      if (active) return Ok();
    }
  }
  return Error(Code::kFailedPrecondition, reasons::kLastAdmin,
               "This would leave the workspace without an active workspaceAdmin; give the role to somebody else first.");
}

}  // namespace argus::command
