// argus.v1.AuthService: signing in and out.
#pragma once

#include "command/auth_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class AuthService {
 public:
  explicit AuthService(command::AuthCommands& commands) : commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::LoginResponse> Login(rpc::Call& call, const v1::LoginRequest& request);
  Result<v1::LogoutResponse> Logout(rpc::Call& call, const v1::LogoutRequest& request);
  Result<v1::LoginResponse> Refresh(rpc::Call& call, const v1::RefreshRequest& request);

  command::AuthCommands& commands_;
};

}  // namespace argus::api
