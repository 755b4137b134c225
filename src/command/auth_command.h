// Signing in and out: sessions, their tokens, and who a token belongs to.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "auth/password.h"
#include "auth/throttle.h"
#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"
#include "store/session_store.h"

namespace argus::command {

struct AuthenticatedUser {
  domain::UserName user;
  std::string session;  // Its id.
};

// Thread-safe. The references must outlive it. These methods write their own audit entries, for failures too: nobody else
// needs to record them.
class AuthCommands {
 public:
  AuthCommands(store::Metastore& metastore, auth::PasswordHasher& hasher, auth::LoginThrottle& throttle);

  // UNAUTHENTICATED / INVALID_CREDENTIALS, alike for an unknown user, a wrong password and a deactivated user;
  // RESOURCE_EXHAUSTED / TOO_MANY_FAILED_LOGINS.
  Result<v1::LoginResponse> Login(const RequestContext& ctx, const v1::LoginRequest& request);
  // `session` is the one that the call was authenticated with.
  Result<v1::LogoutResponse> Logout(const RequestContext& ctx, const std::string& session,
                                    const v1::LogoutRequest& request);
  // UNAUTHENTICATED / TOKEN_EXPIRED. A refresh token that is shown a second time ends its session.
  Result<v1::LoginResponse> Refresh(const RequestContext& ctx, const v1::RefreshRequest& request);

  // Who sent `access_token`. UNAUTHENTICATED with UNAUTHENTICATED (no such token can exist) or TOKEN_EXPIRED (expired,
  // revoked, idle for too long, or the user is deactivated). Answers may be kCacheTime old on other replicas; changes made
  // on this one hold at once.
  Result<AuthenticatedUser> Authenticate(const RequestContext& ctx, std::string_view access_token);

  static constexpr std::chrono::seconds kCacheTime{5};

 private:
  struct CacheEntry {
    AuthenticatedUser who;
    Timestamp good_until;
  };

  Error DenyLogin(const RequestContext& ctx, const v1::LoginRequest& request, v1::AuditLog::Severity severity,
                  const std::string& reason, Error error);
  // `verified_hash` is the password hash that the password was found to match; another one by now means a changed password.
  Result<v1::LoginResponse> BeginSession(const RequestContext& ctx, const v1::LoginRequest& request,
                                         const std::string& verified_hash);
  void TouchIfStale(const RequestContext& ctx, const store::Session& session, Timestamp now);

  // `generation` is to be given to Remember: what was read before the cache was emptied does not enter it afterwards.
  std::optional<AuthenticatedUser> FindCached(const std::string& hash, Timestamp now, std::uint64_t& generation);
  void Remember(const std::string& hash, CacheEntry entry, std::uint64_t generation);
  void ForgetAll();

  store::Metastore& metastore_;
  auth::PasswordHasher& hasher_;
  auth::LoginThrottle& throttle_;

  std::mutex mutex_;
  std::map<std::string, CacheEntry, std::less<>> cache_;  // by token hash
  std::uint64_t generation_ = 0;                          // Grows whenever the cache is emptied.
  store::Notifier::Subscription subscription_;            // Last: ends first.
};

}  // namespace argus::command
