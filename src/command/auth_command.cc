#include "command/auth_command.h"

#include <algorithm>

#include "audit/redact.h"
#include "auth/token.h"
#include "command/refusals.h"
#include "command/settings.h"
#include "command/work.h"
#include "domain/actor.h"
#include "domain/reasons.h"
#include "domain/setting.h"
#include "platform/base/encoding.h"
#include "store/row.h"
#include "store/user_store.h"

namespace argus::command {
namespace {

using v1::WorkspaceProfileSetting;

constexpr std::size_t kMaxCached = 10'000;
// A session's last use is written down at most this often; idle time-outs are longer (domain::CheckSetting).
constexpr std::chrono::minutes kTouchInterval{1};

Error InvalidCredentials() {
  return Error(Code::kUnauthenticated, reasons::kInvalidCredentials,
               "Login id or password is wrong, or the user is deactivated.");
}

Error TokenExpired() {
  return Error(Code::kUnauthenticated, reasons::kTokenExpired, "The token has expired or was revoked; sign in again.");
}

std::chrono::seconds SecondsOf(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds());
}

Result<WorkspaceProfileSetting> LoadProfile(store::Reader& reader) {
  ARGUS_ASSIGN(const auto setting, EffectiveSetting(reader, domain::setting::kWorkspaceProfile));
  return setting.workspace_profile();
}

// A new pair: as the caller gets it, and as it is stored.
struct Tokens {
  v1::LoginResponse response;
  store::TokenPair stored;
};

Tokens IssueTokens(const domain::UserName& user, const WorkspaceProfileSetting& profile, Timestamp now) {
  Tokens tokens;
  tokens.response.set_user(user.ToString());
  tokens.response.set_access_token(auth::NewToken(auth::TokenKind::kAccess));
  tokens.response.set_refresh_token(auth::NewToken(auth::TokenKind::kRefresh));
  const Timestamp access_end = now + SecondsOf(profile.access_token_duration());
  const Timestamp refresh_end = now + SecondsOf(profile.refresh_token_duration());
  *tokens.response.mutable_access_token_expire_time() = store::ToProto(access_end);
  *tokens.response.mutable_refresh_token_expire_time() = store::ToProto(refresh_end);
  tokens.stored.access = {auth::TokenHash(tokens.response.access_token()), access_end};
  tokens.stored.refresh = {auth::TokenHash(tokens.response.refresh_token()), refresh_end};
  return tokens;
}

store::Session NewSession(const RequestContext& ctx, const domain::UserName& user, Timestamp now) {
  return {RandomHex(16), user, now, now, ctx.client_address, ctx.user_agent};
}

bool IsUsable(const store::TokenOwner& owner, const WorkspaceProfileSetting& profile, Timestamp now) {
  const auto idle_limit = SecondsOf(profile.inactive_session_timeout());
  const bool idle = idle_limit.count() > 0 && now - owner.session.last_used_time > idle_limit;
  return owner.user_active && now < owner.expire_time && !idle;
}

// "users/alice", or empty for what cannot be anybody's login id.
std::string ResourceOf(const std::string& login_id) {
  return domain::CheckLoginId(login_id, "loginId").ok() ? "users/" + login_id : std::string();
}

v1::AuditLog::Severity SeverityOf(int consecutive_failures) {
  if (consecutive_failures >= 10) return v1::AuditLog::CRITICAL;
  return consecutive_failures >= 3 ? v1::AuditLog::WARNING : v1::AuditLog::NOTICE;
}

struct Credentials {
  bool known = false;
  bool active = false;
  std::string hash;
};

Result<Credentials> LoadCredentials(store::Reader& reader, const std::string& login_id) {
  if (ResourceOf(login_id).empty()) return Credentials();
  const auto user = store::GetUser(reader, {login_id});
  ARGUS_ASSIGN(const bool known, Exists(user));
  if (!known) return Credentials();
  ARGUS_ASSIGN(auto hash, store::GetPasswordHash(reader, {login_id}));
  return Credentials{true, user->state() == v1::ACTIVE, std::move(hash)};
}

// Why the password does not open the door, for the audit log alone; empty when it does. Takes as long for everybody.
Result<std::string> FindFault(auth::PasswordHasher& hasher, const Credentials& credentials, const std::string& password) {
  ARGUS_ASSIGN(const bool matches, credentials.known ? hasher.Verify(password, credentials.hash)
                                                     : hasher.VerifyUnknownUser(password));
  if (!credentials.known) return std::string("unknown_user");
  if (!matches) return std::string("wrong_password");
  return std::string(credentials.active ? "" : "deactivated");
}

audit::Entry DeniedEntry(const google::protobuf::Message& request, std::string action, std::string resource,
                         v1::AuditLog::Severity severity, const std::string& reason) {
  audit::Entry entry;
  entry.action = std::move(action);
  entry.resource_type = domain::ResourceType(resource);
  entry.resource = std::move(resource);
  entry.severity = severity;
  entry.response_status = audit::ResponseStatus::kDenied;
  entry.request_payload = audit::Redact(request);
  entry.extra = Extra({{"reason", reason}});
  return entry;
}

// Records the denial; `error`, unless even that fails.
Error Deny(store::Metastore& metastore, const RequestContext& ctx, const audit::Entry& entry, Error error) {
  const Status recorded = metastore.Write(ctx, [&](store::Transaction& tx) { return tx.Commit(entry); });
  return recorded.ok() ? error : recorded.error();
}

// The session behind a refresh token that was shown twice has leaked: nobody keeps it.
Status EndLeakedSession(store::Transaction& tx, const store::Session& session, const v1::RefreshRequest& request) {
  store::EndSession(tx, session.id);
  tx.Announce(store::Topic::kUser, session.user.ToString());
  auto entry =
      DeniedEntry(request, "bb.auth.refresh", session.user.ToString(), v1::AuditLog::CRITICAL, "refresh_token_reused");
  entry.actor = domain::ActorOf(session.user);
  return tx.Commit(entry);
}

Status CommitRefresh(store::Transaction& tx, const store::Session& session, const v1::RefreshRequest& request) {
  audit::Entry entry;
  entry.action = "bb.auth.refresh";
  entry.actor = domain::ActorOf(session.user);
  entry.resource = session.user.ToString();
  entry.resource_type = domain::ResourceType(entry.resource);
  entry.request_payload = audit::Redact(request);
  return tx.Commit(entry);
}

// One try; no response means that the session was ended, because the token was used before.
Result<std::optional<v1::LoginResponse>> Exchange(store::Transaction& tx, const v1::RefreshRequest& request) {
  const auto hash = auth::TokenHash(request.refresh_token());
  ARGUS_ASSIGN(const auto owner, store::FindToken(tx, store::TokenKind::kRefresh, hash));
  if (!owner) return TokenExpired();
  if (owner->used) {
    ARGUS_RETURN_IF_ERROR(EndLeakedSession(tx, owner->session, request));
    return std::optional<v1::LoginResponse>();
  }
  ARGUS_ASSIGN(const auto profile, LoadProfile(tx));
  if (!IsUsable(*owner, profile, tx.now())) return TokenExpired();
  auto tokens = IssueTokens(owner->session.user, profile, tx.now());
  store::RotateTokens(tx, owner->session.id, hash, tokens.stored);
  tx.Announce(store::Topic::kUser, owner->session.user.ToString());
  ARGUS_RETURN_IF_ERROR(CommitRefresh(tx, owner->session, request));
  return std::optional(std::move(tokens.response));
}

bool WasOvertaken(const Result<std::optional<v1::LoginResponse>>& outcome) {
  return !outcome.ok() && outcome.error().reason() == reasons::kLeaseLost;
}

}  // namespace

AuthCommands::AuthCommands(store::Metastore& metastore, auth::PasswordHasher& hasher, auth::LoginThrottle& throttle)
    : metastore_(metastore),
      hasher_(hasher),
      throttle_(throttle),
      subscription_(metastore.notifier().Subscribe(store::Topic::kUser, [this](const auto&) { ForgetAll(); })) {}

Result<v1::LoginResponse> AuthCommands::Login(const RequestContext& ctx, const v1::LoginRequest& request) {
  const std::string& login_id = request.login_id();
  const auto allowed = throttle_.Check(login_id, ctx.client_address, metastore_.clock().Monotonic());
  if (!allowed.ok()) return DenyLogin(ctx, request, v1::AuditLog::WARNING, "throttled", allowed.error());

  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto credentials, LoadCredentials(reader, login_id));
  ARGUS_ASSIGN(const auto fault, FindFault(hasher_, credentials, request.password()));
  if (!fault.empty()) {
    const int failures = throttle_.RecordFailure(login_id, ctx.client_address, metastore_.clock().Monotonic());
    return DenyLogin(ctx, request, SeverityOf(failures), fault, InvalidCredentials());
  }
  throttle_.RecordSuccess(login_id);
  return BeginSession(ctx, request, credentials.hash);
}

Error AuthCommands::DenyLogin(const RequestContext& ctx, const v1::LoginRequest& request,
                              v1::AuditLog::Severity severity, const std::string& reason, Error error) {
  const auto entry = DeniedEntry(request, "bb.auth.login.fail", ResourceOf(request.login_id()), severity, reason);
  return Deny(metastore_, ctx, entry, std::move(error));
}

Result<v1::LoginResponse> AuthCommands::BeginSession(const RequestContext& ctx, const v1::LoginRequest& request,
                                                     const std::string& verified_hash) {
  const domain::UserName user{request.login_id()};
  RequestContext acting = ctx;
  acting.actor = domain::ActorOf(user);
  return Run<v1::LoginResponse>(metastore_, acting, request, [&](Work& work) -> Result<v1::LoginResponse> {
    ARGUS_ASSIGN(const auto credentials, LoadCredentials(work.tx(), user.login_id));
    if (!credentials.active || credentials.hash != verified_hash) return InvalidCredentials();
    ARGUS_ASSIGN(const auto profile, LoadProfile(work.tx()));
    auto tokens = IssueTokens(user, profile, work.now());
    store::InsertSession(work.tx(), NewSession(ctx, user, work.now()), tokens.stored);
    work.Record({user.ToString(), v1::AuditLog::INFO, {}, {}});
    return std::move(tokens.response);
  });
}

Result<v1::LogoutResponse> AuthCommands::Logout(const RequestContext& ctx, const std::string& session,
                                                const v1::LogoutRequest& request) {
  return Run<v1::LogoutResponse>(metastore_, ctx, request, [&](Work& work) -> Result<v1::LogoutResponse> {
    store::EndSession(work.tx(), session);
    work.tx().Announce(store::Topic::kUser, work.caller().user);
    work.Record({work.caller().user, v1::AuditLog::INFO, {}, {}});
    return v1::LogoutResponse();
  });
}

Result<v1::LoginResponse> AuthCommands::Refresh(const RequestContext& ctx, const v1::RefreshRequest& request) {
  const auto attempt = [&] {
    return metastore_.Write(ctx, [&](store::Transaction& tx) { return Exchange(tx, request); });
  };
  auto outcome = attempt();
  if (WasOvertaken(outcome)) outcome = attempt();
  if (!outcome.ok() && outcome.error().code() == Code::kUnauthenticated) {
    return Deny(metastore_, ctx, DeniedEntry(request, "bb.auth.refresh", "", v1::AuditLog::NOTICE, "token_expired"),
                TokenExpired());
  }
  ARGUS_ASSIGN(auto response, std::move(outcome));
  if (!response) return TokenExpired();
  return *std::move(response);
}

Result<AuthenticatedUser> AuthCommands::Authenticate(const RequestContext& ctx, std::string_view access_token) {
  if (auth::KindOfToken(access_token) != auth::TokenKind::kAccess) {
    return Error(Code::kUnauthenticated, reasons::kUnauthenticated, "This is no access token; sign in at /v1/auth/login.");
  }
  const auto hash = auth::TokenHash(access_token);
  const Timestamp now = metastore_.clock().Now();
  std::uint64_t generation = 0;
  if (auto cached = FindCached(hash, now, generation)) return *std::move(cached);

  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto owner, store::FindToken(reader, store::TokenKind::kAccess, hash));
  ARGUS_ASSIGN(const auto profile, LoadProfile(reader));
  if (!owner || !IsUsable(*owner, profile, now)) return TokenExpired();
  TouchIfStale(ctx, owner->session, now);
  const AuthenticatedUser who{owner->session.user, owner->session.id};
  Remember(hash, {who, std::min(owner->expire_time, now + kCacheTime)}, generation);
  return who;
}

// A touch that fails is made up for by the next call.
void AuthCommands::TouchIfStale(const RequestContext& ctx, const store::Session& session, Timestamp now) {
  if (now - session.last_used_time < kTouchInterval) return;
  const Status touched = metastore_.Write(ctx, [&](store::Transaction& tx) {
    store::TouchSession(tx, session.id);
    return tx.CommitUnaudited(store::Unaudited::kTokenTouch);
  });
  (void)touched;
}

std::optional<AuthenticatedUser> AuthCommands::FindCached(const std::string& hash, Timestamp now,
                                                          std::uint64_t& generation) {
  const std::lock_guard lock(mutex_);
  generation = generation_;
  const auto found = cache_.find(hash);
  if (found == cache_.end() || now >= found->second.good_until) return std::nullopt;
  return found->second.who;
}

void AuthCommands::Remember(const std::string& hash, CacheEntry entry, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  if (cache_.size() >= kMaxCached) cache_.clear();
  cache_.insert_or_assign(hash, std::move(entry));
}

void AuthCommands::ForgetAll() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  cache_.clear();
}

}  // namespace argus::command
