#include "command/group_command.h"

#include <fmt/format.h>

#include "command/admin_guard.h"
#include "command/refusals.h"
#include "command/request_checks.h"
#include "command/update_mask.h"
#include "command/work.h"
#include "domain/resource_name.h"
#include "store/etag.h"
#include "store/group_store.h"
#include "store/iam_policy_store.h"
#include "store/user_store.h"

namespace argus::command {
namespace {

constexpr int kMaxMembers = 1000;

Status CheckTexts(const v1::Group& group) {
  ARGUS_RETURN_IF_ERROR(CheckText("group.title", group.title(), kMaxTitle));
  return CheckText("group.description", group.description(), kMaxProse);
}

Status CheckMembersExist(store::Reader& reader, const v1::Group& group) {
  if (group.members_size() > kMaxMembers) {
    return InvalidField("group.members", fmt::format("A group has at most {} members.", kMaxMembers));
  }
  for (int i = 0; i < group.members_size(); ++i) {
    ARGUS_ASSIGN(const auto user, domain::UserName::Parse(group.members(i)));
    ARGUS_ASSIGN(const bool exists, Exists(store::GetUser(reader, user)));
    if (!exists) return InvalidField(fmt::format("group.members[{}]", i), group.members(i) + " does not exist.");
  }
  return Ok();
}

}  // namespace

Result<v1::Group> GroupCommands::Create(const RequestContext& ctx, const v1::CreateGroupRequest& request) {
  ARGUS_RETURN_IF_ERROR(domain::CheckResourceId(request.group_id(), "groupId"));
  ARGUS_RETURN_IF_ERROR(CheckTexts(request.group()));
  return Run<v1::Group>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Group> {
    const domain::GroupName name{request.group_id()};
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_RETURN_IF_ERROR(CheckMembersExist(work.tx(), request.group()));
    v1::Group group = request.group();
    if (group.title().empty()) group.set_title(request.group_id());
    ARGUS_ASSIGN(group, store::InsertGroup(work.tx(), name, std::move(group)));
    work.Record({group.name(), v1::AuditLog::NOTICE, {}, {}});
    return group;
  });
}

Result<v1::Group> GroupCommands::Update(const RequestContext& ctx, const v1::UpdateGroupRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::GroupName::Parse(request.group().name()));
  ARGUS_ASSIGN(const auto paths,
               UpdatePaths(request.update_mask(), request.group(), {"title", "description", "members"}));
  return Run<v1::Group>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Group> {
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_ASSIGN(auto group, store::GetGroup(work.tx(), name));
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(group.etag(), request.group().etag()));
    CopyFields(paths, request.group(), group);
    ARGUS_RETURN_IF_ERROR(CheckTexts(group));
    ARGUS_RETURN_IF_ERROR(CheckMembersExist(work.tx(), group));
    ARGUS_ASSIGN(group, store::UpdateGroup(work.tx(), std::move(group)));
    ARGUS_RETURN_IF_ERROR(RequireActiveAdmin(work.tx()));
    work.Record({group.name(), v1::AuditLog::NOTICE, {}, {}});
    return group;
  });
}

Result<google::protobuf::Empty> GroupCommands::Delete(const RequestContext& ctx, const v1::DeleteGroupRequest& request) {
  using google::protobuf::Empty;
  ARGUS_ASSIGN(const auto name, domain::GroupName::Parse(request.name()));
  return Run<Empty>(metastore_, ctx, request, [&](Work& work) -> Result<Empty> {
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_ASSIGN(const auto group, store::GetGroup(work.tx(), name));
    ARGUS_ASSIGN(const auto resources, store::ResourcesBinding(work.tx(), "", group.name()));
    if (!resources.empty()) {
      return InUse(group.name(), fmt::format("the IAM policy of {}", fmt::join(resources, ", ")));
    }
    store::DeleteGroup(work.tx(), name);
    work.Record({group.name(), v1::AuditLog::NOTICE, {}, {}});
    return Empty();
  });
}

}  // namespace argus::command
