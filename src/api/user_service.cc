#include "api/user_service.h"

#include <utility>

#include "api/authorizer.h"
#include "api/binder.h"
#include "api/call_state.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "domain/actor.h"
#include "store/user_store.h"

namespace argus::api {
namespace {

Result<domain::UserName> ParseUser(const RequestContext& ctx, const std::string& name) {
  const auto caller = domain::UserOf(ctx.actor);
  return name == "users/me" && caller ? *caller : ParseName<domain::UserName>(name);
}

}  // namespace

void UserService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.UserService", this)
      .Read("GetUser", &UserService::GetUser)
      .Read("ListUsers", &UserService::ListUsers)
      .Write("CreateUser", commands_, &command::UserCommands::Create)
      .Write("UpdateUser", commands_, &command::UserCommands::Update)
      .Write("DeactivateUser", commands_, &command::UserCommands::Deactivate)
      .Handle("ChangePassword", &UserService::ChangePassword);
}

// Anyone may read their own; the rest are for those who may list them.
Result<v1::User> UserService::GetUser(RequestContext& ctx, const v1::GetUserRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseUser(ctx, request.name()));
  auto reader = metastore_.Read(ctx);
  if (name != domain::UserOf(ctx.actor)) {
    ARGUS_ASSIGN(const Caller caller, LoadCaller(reader, ctx));
    ARGUS_RETURN_IF_ERROR(RequireAt(caller, "bb.users.list", {}, name.ToString()));
  }
  return store::GetUser(reader, name);
}

Result<v1::ListUsersResponse> UserService::ListUsers(RequestContext& ctx, const v1::ListUsersRequest& request) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(auto page, store::ListUsers(reader, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListUsersResponse::mutable_users);
}

Result<v1::ChangePasswordResponse> UserService::ChangePassword(rpc::Call& call,
                                                               const v1::ChangePasswordRequest& request) {
  return commands_.ChangePassword(call.context(), StateOf(call).session, request);
}

}  // namespace argus::api
