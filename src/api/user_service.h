// argus.v1.UserService: people and machines that sign in.
#pragma once

#include "command/user_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class UserService {
 public:
  UserService(store::Metastore& metastore, command::UserCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::User> GetUser(RequestContext& ctx, const v1::GetUserRequest& request);
  Result<v1::ListUsersResponse> ListUsers(RequestContext& ctx, const v1::ListUsersRequest& request);
  Result<v1::ChangePasswordResponse> ChangePassword(rpc::Call& call, const v1::ChangePasswordRequest& request);

  store::Metastore& metastore_;
  command::UserCommands& commands_;
};

}  // namespace argus::api
