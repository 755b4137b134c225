#include "command/policy_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "command/admin_guard.h"
#include "command/refusals.h"
#include "command/request_checks.h"
#include "command/work.h"
#include "domain/iam.h"
#include "domain/resource_name.h"
#include "store/etag.h"
#include "store/group_store.h"
#include "store/iam_policy_store.h"
#include "store/project_store.h"
#include "store/role_store.h"
#include "store/user_store.h"

namespace argus::command {
namespace {

using Grants = std::set<std::pair<std::string, std::string>>;  // role, member

Grants GrantsOf(const v1::IamPolicy& policy) {
  Grants grants;
  for (const auto& binding : policy.bindings()) {
    for (const auto& member : binding.members()) grants.emplace(binding.role(), member);
  }
  return grants;
}

Grants Without(const Grants& all, const Grants& removed) {
  Grants rest;
  std::set_difference(all.begin(), all.end(), removed.begin(), removed.end(), std::inserter(rest, rest.end()));
  return rest;
}

Status CheckMemberExists(store::Reader& reader, const std::string& member) {
  if (member == "allUsers") return Ok();
  const auto user = domain::UserName::Parse(member);
  const auto group = domain::GroupName::Parse(member);
  ARGUS_ASSIGN(const bool exists, user.ok() ? Exists(store::GetUser(reader, *user))
                                            : Exists(store::GetGroup(reader, group.ok() ? *group : domain::GroupName())));
  return exists ? Ok() : Status(InvalidField("policy.bindings.members", member + " does not exist."));
}

// The permissions of a role that exists.
std::vector<std::string> PermissionsOf(const std::string& role, const std::vector<v1::Role>& custom_roles) {
  const v1::Role* found = domain::FindBuiltInRole(role);
  for (const auto& custom : custom_roles) {
    if (custom.name() == role) found = &custom;
  }
  return {found->permissions().begin(), found->permissions().end()};
}

// Nobody grants more than they hold.
Status CheckMayGrant(const Work& work, const std::string& project, const std::string& resource,
                     const std::vector<std::string>& permissions) {
  for (const auto& permission : permissions) ARGUS_RETURN_IF_ERROR(work.Require(permission, project, resource));
  return Ok();
}

google::protobuf::Struct ListGrants(std::string_view key, const Grants& grants) {
  google::protobuf::Struct extra;
  auto& list = *(*extra.mutable_fields())[std::string(key)].mutable_list_value();
  for (const auto& [role, member] : grants) {
    auto& fields = *list.add_values()->mutable_struct_value()->mutable_fields();
    fields["role"].set_string_value(role);
    fields["member"].set_string_value(member);
  }
  return extra;
}

// A policy that changes nothing is recorded as an assignment of nothing.
void RecordChange(Work& work, const std::string& resource, const Grants& added, const Grants& removed) {
  if (!added.empty() || removed.empty()) {
    work.Record({resource, v1::AuditLog::NOTICE, ListGrants("added", added), "bb.role.assign"});
  }
  if (!removed.empty()) {
    work.Record({resource, v1::AuditLog::NOTICE, ListGrants("removed", removed), "bb.role.revoke"});
  }
}

// `project` is empty for the workspace's policy.
Result<v1::IamPolicy> Replace(Work& work, const std::string& resource, const std::string& project,
                              v1::IamPolicy policy) {
  ARGUS_ASSIGN(const auto current, store::GetIamPolicy(work.tx(), resource));
  ARGUS_RETURN_IF_ERROR(store::CheckEtag(current.etag(), policy.etag()));
  ARGUS_ASSIGN(const auto custom_roles, store::AllCustomRoles(work.tx()));
  ARGUS_RETURN_IF_ERROR(domain::CheckPolicy(policy, custom_roles));
  const Grants before = GrantsOf(current);
  const Grants after = GrantsOf(policy);
  const Grants added = Without(after, before);
  for (const auto& [role, member] : added) {
    ARGUS_RETURN_IF_ERROR(CheckMemberExists(work.tx(), member));
    ARGUS_RETURN_IF_ERROR(CheckMayGrant(work, project, resource, PermissionsOf(role, custom_roles)));
  }
  policy.set_etag(current.etag());
  ARGUS_ASSIGN(policy, store::SetIamPolicy(work.tx(), resource, std::move(policy)));
  RecordChange(work, resource, added, Without(before, after));
  return policy;
}

}  // namespace

Result<v1::IamPolicy> PolicyCommands::SetWorkspacePolicy(const RequestContext& ctx,
                                                         const v1::SetIamPolicyRequest& request) {
  return Run<v1::IamPolicy>(metastore_, ctx, request, [&](Work& work) -> Result<v1::IamPolicy> {
    const std::string resource(store::kWorkspaceResource);
    ARGUS_RETURN_IF_ERROR(work.Require("", resource));
    ARGUS_ASSIGN(auto policy, Replace(work, resource, "", request.policy()));
    ARGUS_RETURN_IF_ERROR(RequireActiveAdmin(work.tx()));
    return policy;
  });
}

Result<v1::IamPolicy> PolicyCommands::SetProjectPolicy(const RequestContext& ctx,
                                                       const v1::SetProjectIamPolicyRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::ProjectName::Parse(request.resource()));
  return Run<v1::IamPolicy>(metastore_, ctx, request, [&](Work& work) -> Result<v1::IamPolicy> {
    ARGUS_ASSIGN(const auto project, store::GetProject(work.tx(), name));
    ARGUS_RETURN_IF_ERROR(work.Require(project.name(), project.name()));
    if (project.state() == v1::DELETED) return Deleted(project.name());
    return Replace(work, project.name(), project.name(), request.policy());
  });
}

}  // namespace argus::command
