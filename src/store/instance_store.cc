#include "store/instance_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr Sql kColumns =
    "instance_id, title, engine, environment, state, engine_version, last_sync_time, create_time, update_time,"
    " payload, version";

constexpr db::Statement kInsert{
    "instance.insert",
    "INSERT INTO instance (instance_id, title, engine, environment, state, password, client_key, engine_version,"
    " last_sync_time, create_time, update_time, payload, version) VALUES (:instance_id, :title, :engine,"
    " :environment, :state, :password, :client_key, :engine_version, 0, :now, :now, :payload, 1)"};
constexpr db::Statement kGet =
    Define<"instance.get", "SELECT " + kColumns + " FROM instance WHERE instance_id = :instance_id">;
constexpr db::Statement kUpdate{
    "instance.update",
    "UPDATE instance SET title = :title, engine = :engine, environment = :environment, state = :state,"
    " update_time = :now, payload = :payload, version = version + 1 WHERE instance_id = :instance_id"
    " AND version = :version"};
constexpr db::Statement kGetSecrets{"instance.get_secrets",
                                    "SELECT password, client_key FROM instance WHERE instance_id = :instance_id"};
constexpr db::Statement kSetSecrets{
    "instance.set_secrets",
    "UPDATE instance SET password = :password, client_key = :client_key WHERE instance_id = :instance_id"};
constexpr db::Statement kAllSecrets{"instance.all_secrets",
                                    "SELECT instance_id, password, client_key FROM instance ORDER BY instance_id"};
constexpr db::Statement kRecordSync{
    "instance.record_sync",
    "UPDATE instance SET engine_version = :engine_version, last_sync_time = :now WHERE instance_id = :instance_id"};

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{"instance.list",
                               "instance.count",
                               kColumns.view(),
                               "instance",
                               {{"instance_id", "instance_id", kKey},
                                {"title", "title", kKey},
                                {"engine", "engine", kEnum, EnumValues(v1::Engine_descriptor())},
                                {"environment", "environment", kKey},
                                {"state", "state", kEnum, EnumValues(v1::ResourceState_descriptor())}},
                               {{"instance_id", true}}};
  return shape;
}

Result<v1::Instance> Parse(const db::Row& row) {
  v1::Instance instance;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, instance));
  instance.set_name("instances/" + row.Text("instance_id"));
  instance.set_title(row.Text("title"));
  instance.set_engine(ReadEnum<v1::Engine>(row, "engine"));
  instance.set_environment(row.Text("environment"));
  instance.set_state(ReadEnum<v1::ResourceState>(row, "state"));
  instance.set_engine_version(row.Text("engine_version"));
  ReadTime(row, "last_sync_time", instance, &v1::Instance::mutable_last_sync_time);
  ReadTime(row, "create_time", instance, &v1::Instance::mutable_create_time);
  ReadTime(row, "update_time", instance, &v1::Instance::mutable_update_time);
  instance.set_etag(EtagOf(row.Int("version")));
  return instance;
}

void ForgetSecrets(v1::Instance& instance) {
  instance.clear_password();
  if (instance.has_tls()) instance.mutable_tls()->clear_client_key();
}

// `instance` without secrets.
db::Params Columns(const domain::InstanceName& name, const v1::Instance& instance, Timestamp now) {
  using I = v1::Instance;
  return {{"instance_id", name.instance},
          {"title", instance.title()},
          {"engine", EnumText(instance.engine())},
          {"environment", instance.environment()},
          {"state", EnumText(instance.state())},
          {"now", now},
          {"payload",
           PayloadWithout(instance,
                          {I::kNameFieldNumber, I::kTitleFieldNumber, I::kEngineFieldNumber, I::kEnvironmentFieldNumber,
                           I::kStateFieldNumber, I::kEngineVersionFieldNumber, I::kLastSyncTimeFieldNumber,
                           I::kCreateTimeFieldNumber, I::kUpdateTimeFieldNumber, I::kEtagFieldNumber})}};
}

InstanceSecrets ParseSecrets(const db::Row& row) { return {row.Text("password"), row.Text("client_key")}; }

}  // namespace

Statements InstanceStatements() { return {kInsert, kGet, kUpdate, kGetSecrets, kSetSecrets, kAllSecrets, kRecordSync}; }

Result<v1::Instance> InsertInstance(Transaction& tx, const domain::InstanceName& name, v1::Instance instance,
                                    const InstanceSecrets& secrets) {
  ForgetSecrets(instance);
  db::Params params = Columns(name, instance, tx.now());
  params.emplace_back("password", secrets.password);
  params.emplace_back("client_key", secrets.client_key);
  params.emplace_back("engine_version", instance.engine_version());
  tx.Exec(kInsert, std::move(params), Guard::kNewKey);
  instance.set_name(name.ToString());
  instance.clear_last_sync_time();
  *instance.mutable_create_time() = ToProto(tx.now());
  *instance.mutable_update_time() = ToProto(tx.now());
  instance.set_etag(EtagOf(1));
  tx.Announce(Topic::kInstance, instance.name(), 1);
  return instance;
}

Result<v1::Instance> GetInstance(Reader& reader, const domain::InstanceName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, {{"instance_id", name.instance}}, name.ToString()));
  return Parse(row);
}

Result<Page<v1::Instance>> ListInstances(Reader& reader, const ListQuery& query) {
  ListScope scope;
  if (!query.show_deleted) scope.Add("state <> 'DELETED'");
  return List<v1::Instance>(reader, Shape(), scope, query, Parse);
}

Result<v1::Instance> UpdateInstance(Transaction& tx, v1::Instance instance) {
  ARGUS_ASSIGN(const auto name, domain::InstanceName::Parse(instance.name()));
  ForgetSecrets(instance);
  const std::int64_t version = VersionOf(instance.etag());
  db::Params params = Columns(name, instance, tx.now());
  params.emplace_back("version", version);
  tx.Exec(kUpdate, std::move(params), Guard::kVersion);
  *instance.mutable_update_time() = ToProto(tx.now());
  instance.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kInstance, instance.name(), version + 1);
  return instance;
}

Result<InstanceSecrets> GetInstanceSecrets(Reader& reader, const domain::InstanceName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGetSecrets, {{"instance_id", name.instance}}, name.ToString()));
  return ParseSecrets(row);
}

void SetInstanceSecrets(Transaction& tx, const domain::InstanceName& name, const InstanceSecrets& secrets) {
  tx.Exec(kSetSecrets,
          {{"instance_id", name.instance}, {"password", secrets.password}, {"client_key", secrets.client_key}});
  tx.Announce(Topic::kInstance, name.ToString());
}

Result<std::vector<std::pair<domain::InstanceName, InstanceSecrets>>> AllInstanceSecrets(Reader& reader) {
  using Named = std::pair<domain::InstanceName, InstanceSecrets>;
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kAllSecrets, {}));
  return ParseRows<Named>(rows, [](const db::Row& row) -> Result<Named> {
    return Named{domain::InstanceName{row.Text("instance_id")}, ParseSecrets(row)};
  });
}

void RecordInstanceSync(Transaction& tx, const domain::InstanceName& name, const std::string& engine_version) {
  tx.Exec(kRecordSync, {{"instance_id", name.instance}, {"engine_version", engine_version}, {"now", tx.now()}});
  tx.Announce(Topic::kInstance, name.ToString());
}

}  // namespace argus::store
