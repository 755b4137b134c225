// argus.v1.GroupService: sets of users.
#pragma once

#include "command/group_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class GroupService {
 public:
  GroupService(store::Metastore& metastore, command::GroupCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Group> GetGroup(RequestContext& ctx, const v1::GetGroupRequest& request);
  Result<v1::ListGroupsResponse> ListGroups(RequestContext& ctx, const v1::ListGroupsRequest& request);

  store::Metastore& metastore_;
  command::GroupCommands& commands_;
};

}  // namespace argus::api
