#include "store/user_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr Sql kColumns = "login_id, title, email, state, create_time, update_time, version";

constexpr db::Statement kInsert{
    "user.insert",
    "INSERT INTO user_account (login_id, title, email, state, password_hash, create_time, update_time, version)"
    " VALUES (:login_id, :title, :email, :state, :password_hash, :now, :now, 1)"};
constexpr db::Statement kGet =
    Define<"user.get", "SELECT " + kColumns + " FROM user_account WHERE login_id = :login_id">;
constexpr db::Statement kUpdate{
    "user.update",
    "UPDATE user_account SET title = :title, email = :email, state = :state, update_time = :now,"
    " version = version + 1 WHERE login_id = :login_id AND version = :version"};
constexpr db::Statement kAny{"user.any", "SELECT login_id FROM user_account LIMIT 1"};
constexpr db::Statement kGetHash{"user.get_password",
                                 "SELECT password_hash FROM user_account WHERE login_id = :login_id"};
constexpr db::Statement kSetHash{
    "user.set_password",
    "UPDATE user_account SET password_hash = :password_hash, update_time = :now, version = version + 1"
    " WHERE login_id = :login_id"};

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{"user.list",
                               "user.count",
                               kColumns.view(),
                               "user_account",
                               {{"login_id", "login_id", kKey},
                                {"title", "title", kKey},
                                {"email", "email", kKey},
                                {"state", "state", kEnum, EnumValues(v1::ResourceState_descriptor())}},
                               {{"login_id", true}}};
  return shape;
}

Result<v1::User> Parse(const db::Row& row) {
  v1::User user;
  user.set_login_id(row.Text("login_id"));
  user.set_name("users/" + user.login_id());
  user.set_title(row.Text("title"));
  user.set_email(row.Text("email"));
  user.set_state(ReadEnum<v1::ResourceState>(row, "state"));
  ReadTime(row, "create_time", user, &v1::User::mutable_create_time);
  ReadTime(row, "update_time", user, &v1::User::mutable_update_time);
  user.set_etag(EtagOf(row.Int("version")));
  return user;
}

db::Params Columns(const v1::User& user, Timestamp now) {
  return {{"login_id", user.login_id()},
          {"title", user.title()},
          {"email", user.email()},
          {"state", EnumText(user.state())},
          {"now", now}};
}

}  // namespace

Statements UserStatements() { return {kInsert, kGet, kUpdate, kAny, kGetHash, kSetHash}; }

Result<v1::User> InsertUser(Transaction& tx, v1::User user, std::string_view password_hash) {
  user.set_name("users/" + user.login_id());
  *user.mutable_create_time() = ToProto(tx.now());
  *user.mutable_update_time() = ToProto(tx.now());
  user.set_etag(EtagOf(1));
  db::Params params = Columns(user, tx.now());
  params.emplace_back("password_hash", password_hash);
  tx.Exec(kInsert, std::move(params), Guard::kNewKey);
  tx.Announce(Topic::kUser, user.name(), 1);
  return user;
}

Result<v1::User> GetUser(Reader& reader, const domain::UserName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, {{"login_id", name.login_id}}, name.ToString()));
  return Parse(row);
}

Result<Page<v1::User>> ListUsers(Reader& reader, const ListQuery& query) {
  return List<v1::User>(reader, Shape(), {}, query, Parse);
}

Result<v1::User> UpdateUser(Transaction& tx, v1::User user) {
  const std::int64_t version = VersionOf(user.etag());
  db::Params params = Columns(user, tx.now());
  params.emplace_back("version", version);
  tx.Exec(kUpdate, std::move(params), Guard::kVersion);
  *user.mutable_update_time() = ToProto(tx.now());
  user.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kUser, user.name(), version + 1);
  return user;
}

Result<bool> AnyUserExists(Reader& reader) {
  ARGUS_ASSIGN(const auto row, FindRow(reader, kAny, {}));
  return row.has_value();
}

Result<std::string> GetPasswordHash(Reader& reader, const domain::UserName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGetHash, {{"login_id", name.login_id}}, name.ToString()));
  return row.Text("password_hash");
}

void SetPasswordHash(Transaction& tx, const domain::UserName& name, std::string_view password_hash) {
  tx.Exec(kSetHash, {{"login_id", name.login_id}, {"password_hash", password_hash}, {"now", tx.now()}});
  tx.Announce(Topic::kUser, name.ToString());
}

}  // namespace argus::store
