#include "command/user_command.h"

#include <fmt/format.h>

#include "command/admin_guard.h"
#include "command/request_checks.h"
#include "command/system_context.h"
#include "command/update_mask.h"
#include "command/work.h"
#include "domain/actor.h"
#include "domain/iam.h"
#include "domain/reasons.h"
#include "store/etag.h"
#include "store/session_store.h"
#include "store/user_store.h"

namespace argus::command {
namespace {

constexpr std::string_view kManageUsers = "bb.users.update";
constexpr std::size_t kMaxEmail = 254;  // RFC 5321

Status CheckProfile(const v1::User& user) {
  ARGUS_RETURN_IF_ERROR(CheckText("user.title", user.title(), kMaxTitle));
  if (user.email().empty()) return Ok();
  if (user.email().find('@') == std::string::npos) return InvalidField("user.email", "user.email has no '@'.");
  return CheckText("user.email", user.email(), kMaxEmail);
}

Status CheckNewLoginId(const std::string& login_id) {
  ARGUS_RETURN_IF_ERROR(domain::CheckLoginId(login_id, "user.loginId"));
  return login_id == "me" ? InvalidField("user.loginId", "'me' stands for the caller; choose another.") : Ok();
}

// `before` is the state as it was loaded. Whoever is deactivated loses their sessions at once.
Result<v1::User> Save(Work& work, v1::User user, v1::ResourceState before) {
  ARGUS_ASSIGN(user, store::UpdateUser(work.tx(), std::move(user)));
  if (before == v1::ACTIVE && user.state() == v1::DELETED) {
    store::EndSessionsOf(work.tx(), {user.login_id()});
    ARGUS_RETURN_IF_ERROR(RequireActiveAdmin(work.tx()));
  }
  const bool state_changed = before != user.state();
  work.Record({user.name(), state_changed ? v1::AuditLog::NOTICE : v1::AuditLog::INFO, {}, {}});
  return user;
}

Result<domain::UserName> UserOrMe(const RequestContext& ctx, const std::string& name) {
  const auto caller = domain::UserOf(ctx.actor);
  if (name == "users/me" && caller) return *caller;
  return domain::UserName::Parse(name);
}

bool IsCaller(const RequestContext& ctx, const domain::UserName& user) { return domain::UserOf(ctx.actor) == user; }

void ReplacePassword(store::Transaction& tx, const domain::UserName& user, const std::string& hash,
                     std::string_view session_to_keep) {
  store::SetPasswordHash(tx, user, hash);
  store::EndSessionsOf(tx, user, session_to_keep);
}

}  // namespace

UserCommands::UserCommands(store::Metastore& metastore, auth::PasswordHasher& hasher, auth::LoginThrottle& throttle)
    : metastore_(metastore), hasher_(hasher), throttle_(throttle) {}

Result<v1::User> UserCommands::Create(const RequestContext& ctx, const v1::CreateUserRequest& request) {
  const std::string& login_id = request.user().login_id();
  ARGUS_RETURN_IF_ERROR(CheckNewLoginId(login_id));
  ARGUS_RETURN_IF_ERROR(CheckProfile(request.user()));
  ARGUS_RETURN_IF_ERROR(auth::CheckPasswordRules(request.password(), login_id));
  ARGUS_ASSIGN(const auto hash, hasher_.Hash(request.password()));
  return Run<v1::User>(metastore_, ctx, request, [&](Work& work) -> Result<v1::User> {
    ARGUS_RETURN_IF_ERROR(work.Require("", "users/" + login_id));
    v1::User user = request.user();
    if (user.title().empty()) user.set_title(login_id);
    user.set_state(v1::ACTIVE);
    ARGUS_ASSIGN(user, store::InsertUser(work.tx(), std::move(user), hash));
    work.Record({user.name(), v1::AuditLog::NOTICE, {}, {}});
    return user;
  });
}

Result<v1::User> UserCommands::Update(const RequestContext& ctx, const v1::UpdateUserRequest& request) {
  ARGUS_ASSIGN(const auto name, UserOrMe(ctx, request.user().name()));
  ARGUS_ASSIGN(const auto paths, UpdatePaths(request.update_mask(), request.user(), {"title", "email", "state"}));
  return Run<v1::User>(metastore_, ctx, request, [&](Work& work) -> Result<v1::User> {
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_ASSIGN(auto user, store::GetUser(work.tx(), name));
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(user.etag(), request.user().etag()));
    const auto before = user.state();
    CopyFields(paths, request.user(), user);
    ARGUS_RETURN_IF_ERROR(CheckProfile(user));
    if (user.state() != v1::ACTIVE && user.state() != v1::DELETED) {
      return InvalidField("user.state", "user.state is ACTIVE or DELETED.");
    }
    return Save(work, std::move(user), before);
  });
}

Result<v1::User> UserCommands::Deactivate(const RequestContext& ctx, const v1::DeactivateUserRequest& request) {
  ARGUS_ASSIGN(const auto name, UserOrMe(ctx, request.name()));
  return Run<v1::User>(metastore_, ctx, request, [&](Work& work) -> Result<v1::User> {
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_ASSIGN(auto user, store::GetUser(work.tx(), name));
    const auto before = user.state();
    user.set_state(v1::DELETED);
    return Save(work, std::move(user), before);
  });
}

// Guesses count as failed sign-ins do: a stolen session must not become a way to try passwords.
Status UserCommands::VerifyCurrentPassword(const RequestContext& ctx, const domain::UserName& user,
                                           const std::string& password, const std::string& stored_hash) {
  ARGUS_RETURN_IF_ERROR(throttle_.Check(user.login_id, ctx.client_address, metastore_.clock().Monotonic()));
  ARGUS_ASSIGN(const bool matches, hasher_.Verify(password, stored_hash));
  if (matches) return Ok();
  throttle_.RecordFailure(user.login_id, ctx.client_address, metastore_.clock().Monotonic());
  return Error(Code::kPermissionDenied, reasons::kInvalidCredentials, "The current password is wrong.")
      .WithField("currentPassword", "the password in force");
}

Result<v1::ChangePasswordResponse> UserCommands::ChangePassword(const RequestContext& ctx, const std::string& session,
                                                                const v1::ChangePasswordRequest& request) {
  using Response = v1::ChangePasswordResponse;
  ARGUS_ASSIGN(const auto user, UserOrMe(ctx, request.name()));
  ARGUS_RETURN_IF_ERROR(auth::CheckPasswordRules(request.new_password(), user.login_id));
  const bool own = IsCaller(ctx, user);
  std::string old_hash;
  if (own) {
    auto reader = metastore_.Read(ctx);
    ARGUS_ASSIGN(old_hash, store::GetPasswordHash(reader, user));
    ARGUS_RETURN_IF_ERROR(VerifyCurrentPassword(ctx, user, request.current_password(), old_hash));
  }
  ARGUS_ASSIGN(const auto hash, hasher_.Hash(request.new_password()));
  return Run<Response>(metastore_, ctx, request, [&](Work& work) -> Result<Response> {
    if (!own) ARGUS_RETURN_IF_ERROR(work.Require(kManageUsers, "", user.ToString()));
    ARGUS_ASSIGN(const auto current_hash, store::GetPasswordHash(work.tx(), user));
    if (own && current_hash != old_hash) return store::EtagMismatch();
    ReplacePassword(work.tx(), user, hash, own ? std::string_view(session) : std::string_view());
    work.Record({user.ToString(), v1::AuditLog::NOTICE, {}, {}});
    return Response();
  });
}

Status OfflineResetPassword(store::Metastore& metastore, auth::PasswordHasher& hasher, const std::string& login_id,
                            const std::string& new_password) {
  const auto ctx = SystemContext("cli");
  ARGUS_RETURN_IF_ERROR(domain::CheckLoginId(login_id, "loginId"));
  ARGUS_RETURN_IF_ERROR(auth::CheckPasswordRules(new_password, login_id));
  ARGUS_ASSIGN(const auto hash, hasher.Hash(new_password));
  return RunSystem(metastore, ctx, [&](Work& work) -> Status {
    const domain::UserName user{login_id};
    ARGUS_ASSIGN(const auto found, store::GetUser(work.tx(), user));
    ReplacePassword(work.tx(), user, hash, "");
    work.Record({found.name(), v1::AuditLog::WARNING, {}, "bb.auth.password.reset"});
    return Ok();
  });
}

}  // namespace argus::command
