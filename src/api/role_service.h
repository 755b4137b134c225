// argus.v1.RoleService: built-in and custom roles.
#pragma once

#include "command/role_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class RoleService {
 public:
  RoleService(store::Metastore& metastore, command::RoleCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Role> GetRole(RequestContext& ctx, const v1::GetRoleRequest& request);
  Result<v1::ListRolesResponse> ListRoles(RequestContext& ctx, const v1::ListRolesRequest& request);

  store::Metastore& metastore_;
  command::RoleCommands& commands_;
};

}  // namespace argus::api
