#include "api/group_service.h"

#include <utility>

#include "api/binder.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "store/group_store.h"

namespace argus::api {

void GroupService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.GroupService", this)
      .Read("GetGroup", &GroupService::GetGroup)
      .Read("ListGroups", &GroupService::ListGroups)
      .Write("CreateGroup", commands_, &command::GroupCommands::Create)
      .Write("UpdateGroup", commands_, &command::GroupCommands::Update)
      .Write("DeleteGroup", commands_, &command::GroupCommands::Delete);
}

Result<v1::Group> GroupService::GetGroup(RequestContext& ctx, const v1::GetGroupRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::GroupName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return store::GetGroup(reader, name);
}

Result<v1::ListGroupsResponse> GroupService::ListGroups(RequestContext& ctx, const v1::ListGroupsRequest& request) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(auto page, store::ListGroups(reader, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListGroupsResponse::mutable_groups);
}

}  // namespace argus::api
