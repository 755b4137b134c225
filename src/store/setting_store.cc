#include "store/setting_store.h"

#include <google/protobuf/util/json_util.h>

#include "platform/base/reasons.h"
#include "store/etag.h"
#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kGet{"setting.get",
                             "SELECT name, payload, update_time, version FROM setting WHERE name = :name"};
constexpr db::Statement kAll{"setting.all", "SELECT name, payload, update_time, version FROM setting ORDER BY name"};
constexpr db::Statement kInsert{
    "setting.insert", "INSERT INTO setting (name, payload, update_time, version) VALUES (:name, :payload, :now, 1)"};
constexpr db::Statement kUpdate{"setting.update",
                                "UPDATE setting SET payload = :payload, update_time = :now, version = version + 1"
                                " WHERE name = :name AND version = :version"};

Error Damaged(std::string cause) {
  return Error(Code::kDataLoss, reasons::kInternal, "A stored object is damaged.").WithCause(std::move(cause));
}

// The value alone, as protobuf JSON, so that a person with a database shell can read it.
Result<std::string> ToJson(v1::Setting setting) {
  setting.clear_name();
  setting.clear_update_time();
  setting.clear_etag();
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(setting, &json);
  if (!status.ok()) return Damaged(status.ToString());
  return json;
}

Result<v1::Setting> Parse(const db::Row& row) {
  v1::Setting setting;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // A newer replica may have written it.
  const auto status = google::protobuf::util::JsonStringToMessage(row.Text("payload"), &setting, options);
  if (!status.ok()) return Damaged(row.Text("name") + ": " + status.ToString());
  setting.set_name("settings/" + row.Text("name"));
  ReadTime(row, "update_time", setting, &v1::Setting::mutable_update_time);
  setting.set_etag(EtagOf(row.Int("version")));
  return setting;
}

}  // namespace

Statements SettingStatements() { return {kGet, kAll, kInsert, kUpdate}; }

Result<std::optional<v1::Setting>> FindSetting(Reader& reader, const domain::SettingName& name) {
  ARGUS_ASSIGN(const auto row, FindRow(reader, kGet, {{"name", name.setting}}));
  if (!row) return std::optional<v1::Setting>();
  ARGUS_ASSIGN(auto setting, Parse(*row));
  return std::optional(std::move(setting));
}

Result<std::vector<v1::Setting>> ListSettings(Reader& reader) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kAll, {}));
  return ParseRows<v1::Setting>(rows, Parse);
}

Result<v1::Setting> PutSetting(Transaction& tx, v1::Setting setting) {
  ARGUS_ASSIGN(const auto name, domain::SettingName::Parse(setting.name()));
  ARGUS_ASSIGN(const std::string json, ToJson(setting));
  const std::int64_t version = VersionOf(setting.etag());
  const db::Params params{{"name", name.setting}, {"payload", json}, {"now", tx.now()}, {"version", version}};
  if (version == 0) {
    tx.Exec(kInsert, params, Guard::kContendedKey);
  } else {
    tx.Exec(kUpdate, params, Guard::kVersion);
  }
  *setting.mutable_update_time() = ToProto(tx.now());
  setting.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kSetting, setting.name(), version + 1);
  return setting;
}

}  // namespace argus::store
