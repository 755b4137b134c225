#include "command/schema_sync.h"

#include "store/database_store.h"
#include "store/instance_store.h"
#include "store/revision_store.h"

namespace argus::command {
namespace {

struct ServerFacts {
  std::string version;
  std::vector<std::string> databases;
};

Result<ServerFacts> AskServer(const RequestContext& ctx, const Target& target) {
  ARGUS_ASSIGN(auto info, target.driver.Inspect(ctx, target.spec));
  ARGUS_ASSIGN(auto databases, target.driver.ListDatabases(ctx, target.spec));
  return ServerFacts{std::move(info.version), std::move(databases)};
}

Result<v1::DatabaseSchema> ReadSchema(const RequestContext& ctx, const Targets& targets, const domain::DatabaseName& name) {
  ARGUS_ASSIGN(const auto target, targets.Resolve(ctx, name));
  ARGUS_ASSIGN(const auto connection, target.driver.Connect(ctx, target.spec));
  return connection->SyncSchema(ctx);
}

// The work was stopped: that says nothing about the database.
bool WasStopped(const Error& error) {
  return error.code() == Code::kCancelled || error.code() == Code::kDeadlineExceeded;
}

}  // namespace

Status SchemaSync::SyncDatabase(const RequestContext& ctx, const domain::DatabaseName& name) const {
  const Timestamp read_at = metastore_.clock().Now();
  const auto schema = ReadSchema(ctx, targets_, name);
  if (!schema.ok() && WasStopped(schema.error())) return schema.error();
  ARGUS_RETURN_IF_ERROR(metastore_.Write(ctx, [&](store::Transaction& tx) {
    if (schema.ok()) {
      store::PutDatabaseSchema(tx, name, *schema);
      store::CompleteChangelogs(tx, name, schema->fingerprint(), read_at);
    } else {
      store::RecordSyncError(tx, name, schema.error().message());
    }
    return tx.CommitUnaudited(store::Unaudited::kSyncBookkeeping);
  }));
  return schema.ok() ? Ok() : Status(schema.error());
}

Result<std::vector<domain::DatabaseName>> SchemaSync::SyncInstance(const RequestContext& ctx,
                                                                   const domain::InstanceName& name) const {
  ARGUS_ASSIGN(const auto target, targets_.ResolveServer(ctx, name));
  ARGUS_ASSIGN(const auto server, AskServer(ctx, target));
  ARGUS_RETURN_IF_ERROR(metastore_.Write(ctx, [&](store::Transaction& tx) -> Status {
    ARGUS_RETURN_IF_ERROR(store::ReplaceDatabases(tx, name, server.databases));
    store::RecordInstanceSync(tx, name, server.version);
    return tx.CommitUnaudited(store::Unaudited::kSyncBookkeeping);
  }));
  std::vector<domain::DatabaseName> found;
  for (const auto& database : server.databases) {
    found.push_back({name.instance, database});
    const auto synced = SyncDatabase(ctx, found.back());
    if (!synced.ok() && WasStopped(synced.error())) return synced.error();
  }
  return found;
}

}  // namespace argus::command
