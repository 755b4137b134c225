// Sign-ins and their tokens. Only hashes of tokens are stored. Ending a session deletes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/resource_name.h"
#include "store/transaction.h"

namespace argus::store {

struct StoredToken {
  std::string hash;  // 32 raw bytes, or whatever form the caller keeps to; unique.
  Timestamp expire_time;
};

struct TokenPair {
  StoredToken access;
  StoredToken refresh;
};

struct Session {
  std::string id;  // Unguessable, chosen by the caller.
  domain::UserName user;
  Timestamp create_time;
  Timestamp last_used_time;
  std::string client_address;
  std::string user_agent;
};

// A token with the session that it opens and its user's state.
struct TokenOwner {
  Session session;
  Timestamp expire_time;
  // A refresh token that was exchanged before: whoever shows it again, the session has leaked and is to be ended.
  bool used = false;
  bool user_active = false;
};

enum class TokenKind { kAccess, kRefresh };

void InsertSession(Transaction& tx, const Session& session, const TokenPair& tokens);
// Expired tokens are found as well until they are removed; the caller compares with its clock.
Result<std::optional<TokenOwner>> FindToken(Reader& reader, TokenKind kind, std::string_view hash);
// Marks the refresh token used, removes the access tokens of the session and adds the new pair. A token that was used
// meanwhile is ABORTED / LEASE_LOST (Guard::kOwner): read it again.
void RotateTokens(Transaction& tx, std::string_view session_id, std::string_view used_refresh_hash,
                  const TokenPair& next);
// For the idle time-out; sets last_used_time to tx.now().
void TouchSession(Transaction& tx, std::string_view session_id);
void EndSession(Transaction& tx, std::string_view session_id);
// All sessions of the user but `except` (empty: all).
void EndSessionsOf(Transaction& tx, const domain::UserName& user, std::string_view except = {});
// Sessions whose last token expired before `time`.
void DeleteExpiredSessions(Transaction& tx, Timestamp time);

}  // namespace argus::store
