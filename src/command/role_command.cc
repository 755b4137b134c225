#include "command/role_command.h"

#include <fmt/format.h>

#include "command/refusals.h"
#include "command/request_checks.h"
#include "command/update_mask.h"
#include "command/work.h"
#include "domain/iam.h"
#include "domain/reasons.h"
#include "domain/resource_name.h"
#include "store/etag.h"
#include "store/iam_policy_store.h"
#include "store/role_store.h"

namespace argus::command {
namespace {

Status CheckRole(const v1::Role& role) {
  ARGUS_RETURN_IF_ERROR(CheckText("role.title", role.title(), kMaxTitle));
  ARGUS_RETURN_IF_ERROR(CheckText("role.description", role.description(), kMaxProse));
  return domain::CheckRole(role);
}

Result<domain::RoleName> CustomRole(const std::string& text) {
  ARGUS_ASSIGN(auto name, domain::RoleName::Parse(text));
  if (domain::FindBuiltInRole(text) != nullptr) {
    return Error(Code::kFailedPrecondition, reasons::kBuiltInRole,
                 fmt::format("{} is built in and cannot be changed; create a custom role instead.", text));
  }
  return name;
}

Status CheckUnbound(store::Reader& reader, const std::string& role) {
  ARGUS_ASSIGN(const auto resources, store::ResourcesBinding(reader, role, ""));
  return resources.empty() ? Ok() : InUse(role, fmt::format("the IAM policy of {}", fmt::join(resources, ", ")));
}

}  // namespace

Result<v1::Role> RoleCommands::Create(const RequestContext& ctx, const v1::CreateRoleRequest& request) {
  ARGUS_RETURN_IF_ERROR(domain::CheckResourceId(request.role_id(), "roleId"));
  ARGUS_RETURN_IF_ERROR(CheckRole(request.role()));
  return Run<v1::Role>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Role> {
    const domain::RoleName name{request.role_id()};
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    v1::Role role = request.role();
    if (role.title().empty()) role.set_title(request.role_id());
    role.set_built_in(false);
    ARGUS_ASSIGN(role, store::InsertRole(work.tx(), name, std::move(role)));
    work.Record({role.name(), v1::AuditLog::NOTICE, {}, {}});
    return role;
  });
}

Result<v1::Role> RoleCommands::Update(const RequestContext& ctx, const v1::UpdateRoleRequest& request) {
  ARGUS_ASSIGN(const auto name, CustomRole(request.role().name()));
  ARGUS_ASSIGN(const auto paths,
               UpdatePaths(request.update_mask(), request.role(), {"title", "description", "permissions"}));
  return Run<v1::Role>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Role> {
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_ASSIGN(auto role, store::GetRole(work.tx(), name));
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(role.etag(), request.role().etag()));
    CopyFields(paths, request.role(), role);
    ARGUS_RETURN_IF_ERROR(CheckRole(role));
    ARGUS_ASSIGN(role, store::UpdateRole(work.tx(), std::move(role)));
    work.Record({role.name(), v1::AuditLog::NOTICE, {}, {}});
    return role;
  });
}

Result<google::protobuf::Empty> RoleCommands::Delete(const RequestContext& ctx, const v1::DeleteRoleRequest& request) {
  using google::protobuf::Empty;
  ARGUS_ASSIGN(const auto name, CustomRole(request.name()));
  return Run<Empty>(metastore_, ctx, request, [&](Work& work) -> Result<Empty> {
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_ASSIGN(const auto role, store::GetRole(work.tx(), name));
    ARGUS_RETURN_IF_ERROR(CheckUnbound(work.tx(), role.name()));
    store::DeleteRole(work.tx(), name);
    work.Record({role.name(), v1::AuditLog::NOTICE, {}, {}});
    return Empty();
  });
}

}  // namespace argus::command
