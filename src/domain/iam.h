// Roles and permissions. Pure; the caller brings the bindings.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::domain {

// Permissions that no method declares but commands ask for.
inline constexpr std::string_view kPermissionOverrideFreeze = "bb.freezes.override";
inline constexpr std::string_view kPermissionProfile = "bb.debug.profile";  // /debug/pprof

// Sorted; those that the contract's methods declare plus the ones above.
const std::set<std::string, std::less<>>& AllPermissions();

// workspaceAdmin, workspaceDBA, workspaceMember, projectOwner, projectDeveloper, projectReleaser, projectViewer,
// readOnlyAuditor, in this order; permissions sorted.
const std::vector<v1::Role>& BuiltInRoles();
const v1::Role* FindBuiltInRole(std::string_view name);

inline constexpr std::string_view kWorkspaceAdmin = "roles/workspaceAdmin";
// Every active user holds it.
inline constexpr std::string_view kWorkspaceMember = "roles/workspaceMember";

// One role that a subject holds; an empty project means the whole workspace.
struct RoleAssignment {
  std::string role;     // "roles/projectOwner"
  std::string project;  // "projects/play" or empty
};

// Who asks, with all that bindings give them directly, by group or by allUsers.
struct Subject {
  std::string user;  // "users/alice"
  std::vector<std::string> groups;
  std::vector<RoleAssignment> assignments;
};

// Answers for one set of custom roles. Immutable after construction, thread-safe.
class RoleTable {
 public:
  explicit RoleTable(std::span<const v1::Role> custom_roles);

  // At the workspace where `project` is empty. Workspace assignments hold for every project.
  bool Allows(const Subject& subject, std::string_view permission, std::string_view project) const;
  // The role is held for `project` (or workspace-wide).
  static bool HoldsRole(const Subject& subject, std::string_view role, std::string_view project);

 private:
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> permissions_;
};

// Every role exists, every member has the form users/…, groups/… or allUsers, nothing twice.
Status CheckPolicy(const v1::IamPolicy& policy, std::span<const v1::Role> custom_roles);
// Id, title and permissions of a custom role.
Status CheckRole(const v1::Role& role);

// PERMISSION_DENIED / PERMISSION_DENIED naming the permission and the resource.
Error PermissionDenied(std::string_view permission, std::string_view resource);
// NOT_FOUND / RESOURCE_NOT_FOUND: for what does not exist and for what the caller may not see, alike.
Error NotFound(std::string_view resource);

}  // namespace argus::domain
