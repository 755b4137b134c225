#include "store/session_store.h"

#include "contract/contract.h"
#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kInsert{
    "session.insert",
    "INSERT INTO session (id, login_id, create_time, last_used_time, client_address, user_agent) VALUES (:id,"
    " :login_id, :create_time, :last_used_time, :client_address, :user_agent)"};
constexpr db::Statement kInsertToken{"session.insert_token",
                                     "INSERT INTO session_token (hash, kind, session_id, expire_time, used)"
                                     " VALUES (:hash, :kind, :session_id, :expire_time, 0)"};
constexpr db::Statement kFindToken{
    "session.find_token",
    "SELECT s.id, s.login_id, s.create_time, s.last_used_time, s.client_address, s.user_agent, t.expire_time, t.used,"
    " u.state FROM session_token t JOIN session s ON s.id = t.session_id"
    " JOIN user_account u ON u.login_id = s.login_id WHERE t.hash = :hash AND t.kind = :kind"};
constexpr db::Statement kUseRefresh{"session.use_refresh",
                                    "UPDATE session_token SET used = 1 WHERE hash = :hash"
                                    " AND session_id = :session_id AND kind = 'REFRESH' AND used = 0"};
constexpr db::Statement kDeleteAccess{"session.delete_access",
                                      "DELETE FROM session_token WHERE session_id = :session_id AND kind = 'ACCESS'"};
constexpr db::Statement kTouch{"session.touch", "UPDATE session SET last_used_time = :now WHERE id = :id"};
constexpr db::Statement kDelete{"session.delete", "DELETE FROM session WHERE id = :id"};
constexpr db::Statement kDeleteOfUser{"session.delete_of_user",
                                      "DELETE FROM session WHERE login_id = :login_id AND id <> :except"};
constexpr db::Statement kDeleteExpired{"session.delete_expired",
                                       "DELETE FROM session WHERE NOT EXISTS (SELECT 1 FROM session_token t"
                                       " WHERE t.session_id = session.id AND t.expire_time >= :time)"};

constexpr std::string_view KindName(TokenKind kind) { return kind == TokenKind::kAccess ? "ACCESS" : "REFRESH"; }

void InsertToken(Transaction& tx, std::string_view session_id, TokenKind kind, const StoredToken& token) {
  tx.Exec(kInsertToken, {{"hash", db::Bytes{token.hash}},
                         {"kind", KindName(kind)},
                         {"session_id", session_id},
                         {"expire_time", token.expire_time}});
}

void InsertTokens(Transaction& tx, std::string_view session_id, const TokenPair& tokens) {
  InsertToken(tx, session_id, TokenKind::kAccess, tokens.access);
  InsertToken(tx, session_id, TokenKind::kRefresh, tokens.refresh);
}

TokenOwner ParseOwner(const db::Row& row) {
  TokenOwner owner;
  owner.session.id = row.Text("id");
  owner.session.user.login_id = row.Text("login_id");
  owner.session.create_time = row.Time("create_time");
  owner.session.last_used_time = row.Time("last_used_time");
  owner.session.client_address = row.Text("client_address");
  owner.session.user_agent = row.Text("user_agent");
  owner.expire_time = row.Time("expire_time");
  owner.used = row.Bool("used");
  owner.user_active = ReadEnum<v1::ResourceState>(row, "state") == v1::ACTIVE;
  return owner;
}

}  // namespace

Statements SessionStatements() {
  return {kInsert, kInsertToken, kFindToken,    kUseRefresh,   kDeleteAccess,
          kTouch,  kDelete,      kDeleteOfUser, kDeleteExpired};
}

void InsertSession(Transaction& tx, const Session& session, const TokenPair& tokens) {
  tx.Exec(kInsert, {{"id", session.id},
                    {"login_id", session.user.login_id},
                    {"create_time", session.create_time},
                    {"last_used_time", session.last_used_time},
                    {"client_address", session.client_address},
                    {"user_agent", session.user_agent}});
  InsertTokens(tx, session.id, tokens);
}

Result<std::optional<TokenOwner>> FindToken(Reader& reader, TokenKind kind, std::string_view hash) {
  const db::Params params{{"hash", db::Bytes{std::string(hash)}}, {"kind", KindName(kind)}};
  ARGUS_ASSIGN(const auto row, FindRow(reader, kFindToken, params));
  return row ? std::optional(ParseOwner(*row)) : std::nullopt;
}

void RotateTokens(Transaction& tx, std::string_view session_id, std::string_view used_refresh_hash,
                  const TokenPair& next) {
  tx.Exec(kUseRefresh, {{"hash", db::Bytes{std::string(used_refresh_hash)}}, {"session_id", session_id}},
          Guard::kOwner);
  tx.Exec(kDeleteAccess, {{"session_id", session_id}});
  InsertTokens(tx, session_id, next);
  TouchSession(tx, session_id);
}

void TouchSession(Transaction& tx, std::string_view session_id) {
  tx.Exec(kTouch, {{"id", session_id}, {"now", tx.now()}});
}

void EndSession(Transaction& tx, std::string_view session_id) { tx.Exec(kDelete, {{"id", session_id}}); }

void EndSessionsOf(Transaction& tx, const domain::UserName& user, std::string_view except) {
  tx.Exec(kDeleteOfUser, {{"login_id", user.login_id}, {"except", except}});
  tx.Announce(Topic::kUser, user.ToString());
}

void DeleteExpiredSessions(Transaction& tx, Timestamp time) { tx.Exec(kDeleteExpired, {{"time", time}}); }

}  // namespace argus::store
