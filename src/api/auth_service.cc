#include "api/auth_service.h"

#include "api/binder.h"
#include "api/call_state.h"

namespace argus::api {

void AuthService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.AuthService", this)
      .Handle("Login", &AuthService::Login)
      .Handle("Logout", &AuthService::Logout)
      .Handle("Refresh", &AuthService::Refresh);
}

Result<v1::LoginResponse> AuthService::Login(rpc::Call& call, const v1::LoginRequest& request) {
  StateOf(call).records_failures = true;
  return commands_.Login(call.context(), request);
}

Result<v1::LogoutResponse> AuthService::Logout(rpc::Call& call, const v1::LogoutRequest& request) {
  StateOf(call).records_failures = true;
  return commands_.Logout(call.context(), StateOf(call).session, request);
}

Result<v1::LoginResponse> AuthService::Refresh(rpc::Call& call, const v1::RefreshRequest& request) {
  StateOf(call).records_failures = true;
  return commands_.Refresh(call.context(), request);
}

}  // namespace argus::api
