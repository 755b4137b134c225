#include "domain/iam.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "contract/services.h"
#include "domain/reasons.h"
#include "domain/resource_name.h"

namespace argus::domain {
namespace {

using PermissionSet = std::set<std::string, std::less<>>;

bool IsRead(std::string_view permission) {
  const std::string_view verb = permission.substr(permission.rfind('.') + 1);
  return verb.starts_with("get") || verb.starts_with("list");
}

// Permissions whose resource ("plans" of "bb.plans.get") is one of `resources`.
PermissionSet On(std::initializer_list<std::string_view> resources, bool reads_only) {
  PermissionSet out;
  for (const auto& permission : AllPermissions()) {
    const std::string_view rest = std::string_view(permission).substr(3);
    const std::string_view resource = rest.substr(0, rest.find('.'));
    const bool wanted = std::find(resources.begin(), resources.end(), resource) != resources.end();
    if (wanted && (!reads_only || IsRead(permission))) out.insert(permission);
  }
  return out;
}

PermissionSet Union(PermissionSet a, const PermissionSet& b) {
  a.insert(b.begin(), b.end());
  return a;
}

PermissionSet Without(PermissionSet set, std::initializer_list<std::string_view> removed) {
  for (auto permission : removed) set.erase(std::string(permission));
  return set;
}

PermissionSet MemberPermissions() {
  return Union(On({"roles", "users", "groups"}, true), {"bb.settings.get", "bb.settings.list"});
}

PermissionSet ViewerPermissions() {
  return Without(On({"projects", "databases", "sheets", "plans", "planCheckRuns", "issues", "rollouts", "tasks",
                     "taskRuns", "revisions", "changelogs"},
                    true),
                 {"bb.projects.getIamPolicy"});
}

PermissionSet DeveloperPermissions() {
  return Union(
      ViewerPermissions(),
      Without(Union(On({"sheets", "plans", "planCheckRuns"}, false), On({"issues"}, false)), {"bb.issues.approve"}));
}

PermissionSet ReleaserPermissions() {
  return Without(Union(DeveloperPermissions(), On({"rollouts", "tasks", "taskRuns"}, false)), {"bb.taskRuns.resolve"});
}

PermissionSet OwnerPermissions() {
  return Without(On({"projects", "databases", "sheets", "plans", "planCheckRuns", "issues", "rollouts", "tasks",
                     "taskRuns", "revisions", "changelogs"},
                    false),
                 {"bb.projects.create"});
}

PermissionSet DbaPermissions() {
  return Without(Union(Union(OwnerPermissions(), MemberPermissions()), On({"instances", "correlations"}, false)),
                 {"bb.projects.update", "bb.projects.delete", "bb.projects.setIamPolicy"});
}

PermissionSet AuditorPermissions() {
  PermissionSet out = On({"auditLogs"}, false);
  for (const auto& permission : AllPermissions()) {
    if (IsRead(permission)) out.insert(permission);
  }
  return out;
}

v1::Role BuiltIn(std::string_view id, std::string_view title, std::string_view description,
                 const PermissionSet& permissions) {
  v1::Role role;
  role.set_name(fmt::format("roles/{}", id));
  role.set_title(std::string(title));
  role.set_description(std::string(description));
  role.mutable_permissions()->Add(permissions.begin(), permissions.end());
  role.set_built_in(true);
  return role;
}

Error BadMember(std::string_view member) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField,
               fmt::format("'{}' is not a member; use users/…, groups/… or allUsers", member))
      .WithField("policy.bindings.members", "users/…, groups/… or allUsers");
}

Status CheckMember(const std::string& member) {
  if (member == "allUsers" || UserName::Parse(member).ok() || GroupName::Parse(member).ok()) return Ok();
  return BadMember(member);
}

bool RoleExists(std::string_view name, std::span<const v1::Role> custom_roles) {
  return FindBuiltInRole(name) != nullptr ||
         std::any_of(custom_roles.begin(), custom_roles.end(), [&](const auto& role) { return role.name() == name; });
}

}  // namespace

const PermissionSet& AllPermissions() {
  static const PermissionSet permissions = [] {
    PermissionSet out{std::string(kPermissionOverrideFreeze), std::string(kPermissionProfile)};
    for (const auto* service : contract::Services()) {
      for (int i = 0; i < service->method_count(); ++i)
        out.insert(contract::PolicyOf(*service->method(i)).permission());
    }
    out.erase("");
    return out;
  }();
  return permissions;
}

const std::vector<v1::Role>& BuiltInRoles() {
  static const std::vector<v1::Role> roles = {
      BuiltIn("workspaceAdmin", "Workspace admin", "Everything, everywhere.", AllPermissions()),
      BuiltIn("workspaceDBA", "Workspace DBA", "Instances, databases and the changes of every project.",
              DbaPermissions()),
      BuiltIn("workspaceMember", "Workspace member", "What every signed-in user may see.", MemberPermissions()),
      BuiltIn("projectOwner", "Project owner", "Everything in a project, approving included.", OwnerPermissions()),
      BuiltIn("projectDeveloper", "Project developer", "Writes changes and asks for their approval.",
              DeveloperPermissions()),
      BuiltIn("projectReleaser", "Project releaser", "Writes changes and runs approved ones.", ReleaserPermissions()),
      BuiltIn("projectViewer", "Project viewer", "Sees a project.", ViewerPermissions()),
      BuiltIn("readOnlyAuditor", "Read-only auditor", "Sees everything, the audit log included; changes nothing.",
              AuditorPermissions()),
  };
  return roles;
}

const v1::Role* FindBuiltInRole(std::string_view name) {
  for (const auto& role : BuiltInRoles()) {
    if (role.name() == name) return &role;
  }
  return nullptr;
}

RoleTable::RoleTable(std::span<const v1::Role> custom_roles) {
  const auto add = [this](const v1::Role& role) {
    permissions_[role.name()].insert(role.permissions().begin(), role.permissions().end());
  };
  std::for_each(BuiltInRoles().begin(), BuiltInRoles().end(), add);
  std::for_each(custom_roles.begin(), custom_roles.end(), add);
}

bool RoleTable::Allows(const Subject& subject, std::string_view permission, std::string_view project) const {
  const auto grants = [&](std::string_view role) {
    const auto found = permissions_.find(role);
    return found != permissions_.end() && found->second.contains(permission);
  };
  if (!subject.user.empty() && grants(kWorkspaceMember)) return true;
  return std::any_of(subject.assignments.begin(), subject.assignments.end(), [&](const RoleAssignment& held) {
    return (held.project.empty() || (!project.empty() && held.project == project)) && grants(held.role);
  });
}

bool RoleTable::HoldsRole(const Subject& subject, std::string_view role, std::string_view project) {
  return std::any_of(subject.assignments.begin(), subject.assignments.end(), [&](const RoleAssignment& held) {
    return held.role == role && (held.project.empty() || held.project == project);
  });
}

Status CheckPolicy(const v1::IamPolicy& policy, std::span<const v1::Role> custom_roles) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& binding : policy.bindings()) {
    if (!RoleExists(binding.role(), custom_roles)) {
      return Error(Code::kInvalidArgument, reasons::kInvalidField,
                   fmt::format("There is no role '{}'.", binding.role()))
          .WithField("policy.bindings.role", "an existing role such as roles/projectOwner");
    }
    for (const auto& member : binding.members()) {
      ARGUS_RETURN_IF_ERROR(CheckMember(member));
      if (!seen.emplace(binding.role(), member).second) {
        return Error(Code::kInvalidArgument, reasons::kInvalidField,
                     fmt::format("{} holds {} twice in this policy.", member, binding.role()))
            .WithField("policy.bindings.members", "each member once a role");
      }
    }
  }
  return Ok();
}

Status CheckRole(const v1::Role& role) {
  for (const auto& permission : role.permissions()) {
    if (!AllPermissions().contains(permission)) {
      return Error(Code::kInvalidArgument, reasons::kUnknownPermission,
                   fmt::format("There is no permission '{}'.", permission))
          .WithField("role.permissions", "one of the permissions in docs/reference/permissions.md");
    }
  }
  return Ok();
}

Error PermissionDenied(std::string_view permission, std::string_view resource) {
  return Error(Code::kPermissionDenied, reasons::kPermissionDenied,
               fmt::format("Permission {} is needed on {}.", permission, resource.empty() ? "the workspace" : resource))
      .WithMetadata("permission", std::string(permission));
}

Error NotFound(std::string_view resource) {
  return Error(Code::kNotFound, reasons::kResourceNotFound, fmt::format("{} does not exist.", resource))
      .WithMetadata("resource", std::string(resource));
}

}  // namespace argus::domain
