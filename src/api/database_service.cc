#include "api/database_service.h"

#include <string_view>
#include <utility>
#include <vector>

#include "api/binder.h"
#include "api/database_access.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "domain/reasons.h"
#include "store/database_store.h"
#include "store/instance_store.h"

namespace argus::api {
namespace {

constexpr std::string_view kSchemaSuffix = "/schema";

Result<store::DatabaseScope> ScopeOf(store::Reader& reader, const std::string& parent) {
  if (parent == "instances/-") return store::DatabaseScope{};
  if (parent.starts_with("projects/")) {
    ARGUS_ASSIGN(auto project, ParseName<domain::ProjectName>(parent, "parent"));
    ARGUS_RETURN_IF_ERROR(store::GetProject(reader, project));
    return store::DatabaseScope{std::nullopt, std::vector{std::move(project)}};
  }
  ARGUS_ASSIGN(auto instance, ParseName<domain::InstanceName>(parent, "parent"));
  ARGUS_RETURN_IF_ERROR(store::GetInstance(reader, instance));
  return store::DatabaseScope{std::move(instance), std::nullopt};
}

Result<domain::DatabaseName> ParseSchemaName(std::string_view name) {
  if (!name.ends_with(kSchemaSuffix)) {
    return InField(Error(Code::kInvalidArgument, reasons::kInvalidResourceName,
                         "The name of a schema is instances/{instance}/databases/{database}/schema."),
                   "name");
  }
  name.remove_suffix(kSchemaSuffix.size());
  return ParseName<domain::DatabaseName>(name);
}

}  // namespace

void DatabaseService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.DatabaseService", this)
      .Read("GetDatabase", &DatabaseService::GetDatabase)
      .Read("ListDatabases", &DatabaseService::ListDatabases)
      .Write("TransferDatabase", commands_, &command::DatabaseCommands::Transfer)
      .Write("SyncDatabase", commands_, &command::DatabaseCommands::Sync)
      .Read("GetDatabaseSchema", &DatabaseService::GetDatabaseSchema);
}

Result<v1::Database> DatabaseService::GetDatabase(RequestContext& ctx, const v1::GetDatabaseRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::DatabaseName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return GetPermittedDatabase(reader, ctx, "bb.databases.get", name);
}

Result<v1::ListDatabasesResponse> DatabaseService::ListDatabases(RequestContext& ctx,
                                                                 const v1::ListDatabasesRequest& request) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto scope, ScopeOf(reader, request.parent()));
  ARGUS_ASSIGN(auto page, store::ListDatabases(reader, scope, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListDatabasesResponse::mutable_databases);
}

Result<v1::DatabaseSchema> DatabaseService::GetDatabaseSchema(RequestContext& ctx,
                                                              const v1::GetDatabaseSchemaRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseSchemaName(request.name()));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(GetPermittedDatabase(reader, ctx, "bb.databases.getSchema", name));
  return store::GetDatabaseSchema(reader, name);
}

}  // namespace argus::api
