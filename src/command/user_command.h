// People and machines that sign in.
#pragma once

#include <string>

#include "auth/password.h"
#include "auth/throttle.h"
#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class UserCommands {
 public:
  UserCommands(store::Metastore& metastore, auth::PasswordHasher& hasher, auth::LoginThrottle& throttle);

  Result<v1::User> Create(const RequestContext& ctx, const v1::CreateUserRequest& request);
  Result<v1::User> Update(const RequestContext& ctx, const v1::UpdateUserRequest& request);
  // FAILED_PRECONDITION / LAST_ADMIN for the last active workspaceAdmin.
  Result<v1::User> Deactivate(const RequestContext& ctx, const v1::DeactivateUserRequest& request);
  // `session` is the one that the call was authenticated with; where it is the user's own, it goes on.
  Result<v1::ChangePasswordResponse> ChangePassword(const RequestContext& ctx, const std::string& session,
                                                    const v1::ChangePasswordRequest& request);

 private:
  Status VerifyCurrentPassword(const RequestContext& ctx, const domain::UserName& user, const std::string& password,
                               const std::string& stored_hash);

  store::Metastore& metastore_;
  auth::PasswordHasher& hasher_;
  auth::LoginThrottle& throttle_;
};

// For whoever may touch the metastore itself (`argus user reset-password`). Ends the user's sessions.
Status OfflineResetPassword(store::Metastore& metastore, auth::PasswordHasher& hasher, const std::string& login_id,
                            const std::string& new_password);

}  // namespace argus::command
