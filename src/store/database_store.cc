#include "store/database_store.h"

#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"
#include "store/visible.h"

namespace argus::store {
namespace {

// Its own environment, else its instance's.
constexpr Sql kEnvironment = "CASE WHEN d.environment = '' THEN i.environment ELSE d.environment END";
constexpr Sql kColumns =
    "d.instance_id, d.database_id, d.project, " + kEnvironment +
    " AS environment_in_force, i.engine, d.present, d.last_sync_time, d.sync_error, d.payload, d.version";
constexpr Sql kFrom = "target_database d JOIN instance i ON i.instance_id = d.instance_id";

constexpr db::Statement kMarkAbsent{"database.mark_absent",
                                    "UPDATE target_database SET present = 0 WHERE instance_id = :instance_id"};
constexpr db::Statement kMarkPresent{"database.mark_present",
                                     "INSERT INTO target_database (instance_id, database_id, project, environment,"
                                     " present, last_sync_time, sync_error, payload, version) VALUES (:instance_id,"
                                     " :database_id, '', '', 1, 0, '', :payload, 1) ON CONFLICT (instance_id,"
                                     " database_id) DO UPDATE SET present = 1"};
constexpr db::Statement kGet =
    Define<"database.get", "SELECT " + kColumns + " FROM " + kFrom +
                               " WHERE d.instance_id = :instance_id AND d.database_id = :database_id">;
constexpr db::Statement kUpdate{
    "database.update",
    "UPDATE target_database SET project = :project, environment = CASE WHEN :environment = (SELECT i.environment"
    " FROM instance i WHERE i.instance_id = :instance_id) THEN '' ELSE :environment END, payload = :payload,"
    " version = version + 1 WHERE instance_id = :instance_id AND database_id = :database_id AND version = :version"};
constexpr db::Statement kOfProject{"database.of_project",
                                   "SELECT database_id FROM target_database WHERE project = :project LIMIT 1"};
constexpr db::Statement kPutSchema{
    "database.put_schema",
    "INSERT INTO database_schema (instance_id, database_id, fingerprint, sync_time, payload) VALUES (:instance_id,"
    " :database_id, :fingerprint, :sync_time, :payload) ON CONFLICT (instance_id, database_id) DO UPDATE"
    " SET fingerprint = excluded.fingerprint, sync_time = excluded.sync_time, payload = excluded.payload"};
constexpr db::Statement kRecordSync{"database.record_sync",
                                    "UPDATE target_database SET last_sync_time = :now, sync_error = :sync_error"
                                    " WHERE instance_id = :instance_id AND database_id = :database_id"};
constexpr db::Statement kGetSchema{"database.get_schema",
                                   "SELECT fingerprint, sync_time, payload FROM database_schema"
                                   " WHERE instance_id = :instance_id AND database_id = :database_id"};
constexpr db::Statement kGetFingerprint{
    "database.get_fingerprint",
    "SELECT fingerprint FROM database_schema WHERE instance_id = :instance_id AND database_id = :database_id"};

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{"database.list",
                               "database.count",
                               kColumns.view(),
                               kFrom.view(),
                               {{"database_id", "d.database_id", kKey},
                                {"project", "d.project", kKey},
                                {"environment", kEnvironment.view(), kKey},
                                {"engine", "i.engine", kEnum, EnumValues(v1::Engine_descriptor())},
                                {"present", "d.present", kBool}},
                               {{"d.instance_id", true}, {"d.database_id", true}}};
  return shape;
}

db::Params KeyOf(const domain::DatabaseName& name) {
  return {{"instance_id", name.instance}, {"database_id", name.database}};
}

Result<v1::Database> Parse(const db::Row& row) {
  v1::Database database;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, database));
  database.set_name(domain::DatabaseName{row.Text("instance_id"), row.Text("database_id")}.ToString());
  database.set_project(row.Text("project"));
  database.set_environment(row.Text("environment_in_force"));
  database.set_engine(ReadEnum<v1::Engine>(row, "engine"));
  ReadTime(row, "last_sync_time", database, &v1::Database::mutable_last_sync_time);
  database.set_sync_error(row.Text("sync_error"));
  database.set_present(row.Bool("present"));
  database.set_etag(EtagOf(row.Int("version")));
  return database;
}

db::Bytes Payload(const v1::Database& database) {
  using D = v1::Database;
  return PayloadWithout(
      database, {D::kNameFieldNumber, D::kProjectFieldNumber, D::kEnvironmentFieldNumber, D::kEngineFieldNumber,
                 D::kLastSyncTimeFieldNumber, D::kSyncErrorFieldNumber, D::kPresentFieldNumber, D::kEtagFieldNumber});
}

void RecordSync(Transaction& tx, const domain::DatabaseName& name, const std::string& error) {
  db::Params params = KeyOf(name);
  params.emplace_back("now", tx.now());
  params.emplace_back("sync_error", error);
  tx.Exec(kRecordSync, std::move(params));
  tx.Announce(Topic::kDatabase, name.ToString());
}

}  // namespace

Statements DatabaseStatements() {
  return {kMarkAbsent, kMarkPresent, kGet, kUpdate, kOfProject, kPutSchema, kRecordSync, kGetSchema, kGetFingerprint};
}

Status ReplaceDatabases(Transaction& tx, const domain::InstanceName& instance, std::span<const std::string> databases) {
  tx.Exec(kMarkAbsent, {{"instance_id", instance.instance}});
  for (const std::string& database : databases) {
    db::Params params = KeyOf({instance.instance, database});
    params.emplace_back("payload", db::Bytes{});
    tx.Exec(kMarkPresent, std::move(params));
  }
  tx.Announce(Topic::kInstance, instance.ToString());
  return tx.Flush();
}

Result<v1::Database> GetDatabase(Reader& reader, const domain::DatabaseName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, KeyOf(name), name.ToString()));
  return Parse(row);
}

Result<Page<v1::Database>> ListDatabases(Reader& reader, const DatabaseScope& scope, const ListQuery& query) {
  ListScope rows;
  if (scope.instance) rows.Add("d.instance_id = :instance_id", {{"instance_id", scope.instance->instance}});
  if (scope.projects) {
    std::vector<db::Value> names;
    for (const domain::ProjectName& project : *scope.projects) names.emplace_back(project.ToString());
    rows.Add("d.project IN (:visible)", {{"visible", std::move(names)}});
  }
  return List<v1::Database>(reader, Shape(), rows, query, Parse);
}

Result<v1::Database> UpdateDatabase(Transaction& tx, v1::Database database) {
  ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(database.name()));
  const std::int64_t version = VersionOf(database.etag());
  db::Params params = KeyOf(name);
  params.emplace_back("project", database.project());
  params.emplace_back("environment", database.environment());
  params.emplace_back("payload", Payload(database));
  params.emplace_back("version", version);
  tx.Exec(kUpdate, std::move(params), Guard::kVersion);
  database.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kDatabase, database.name(), version + 1);
  return database;
}

Result<bool> ProjectHasDatabases(Reader& reader, const domain::ProjectName& project) {
  ARGUS_ASSIGN(const auto row, FindRow(reader, kOfProject, {{"project", project.ToString()}}));
  return row.has_value();
}

void PutDatabaseSchema(Transaction& tx, const domain::DatabaseName& name, const v1::DatabaseSchema& schema) {
  using S = v1::DatabaseSchema;
  db::Params params = KeyOf(name);
  params.emplace_back("fingerprint", schema.fingerprint());
  params.emplace_back("sync_time", tx.now());
  params.emplace_back(
      "payload", PayloadWithout(schema, {S::kNameFieldNumber, S::kSyncTimeFieldNumber, S::kFingerprintFieldNumber}));
  tx.Exec(kPutSchema, std::move(params));
  RecordSync(tx, name, "");
}

void RecordSyncError(Transaction& tx, const domain::DatabaseName& name, const std::string& error) {
  RecordSync(tx, name, error);
}

Result<v1::DatabaseSchema> GetDatabaseSchema(Reader& reader, const domain::DatabaseName& name) {
  const std::string resource = name.ToString() + "/schema";
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGetSchema, KeyOf(name), resource));
  v1::DatabaseSchema schema;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, schema));
  schema.set_name(resource);
  schema.set_fingerprint(row.Text("fingerprint"));
  ReadTime(row, "sync_time", schema, &v1::DatabaseSchema::mutable_sync_time);
  return schema;
}

Result<std::string> GetSchemaFingerprint(Reader& reader, const domain::DatabaseName& name) {
  ARGUS_ASSIGN(const auto row, FindRow(reader, kGetFingerprint, KeyOf(name)));
  return row ? row->Text("fingerprint") : std::string();
}

}  // namespace argus::store
