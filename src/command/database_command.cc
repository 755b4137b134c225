#include "command/database_command.h"

#include "command/refusals.h"
#include "command/request_checks.h"
#include "command/work.h"
#include "store/database_store.h"

namespace argus::command {
namespace {

Result<v1::Database> Load(Work& work, const domain::DatabaseName& name) {
  ARGUS_ASSIGN(auto database, store::GetDatabase(work.tx(), name));
  ARGUS_RETURN_IF_ERROR(work.Require(database.project(), database.name()));
  return database;
}

// Empty takes the database back from its project: then the permission at the workspace is needed.
Status CheckReceiver(Work& work, const std::string& project) {
  if (project.empty()) return work.Require("", "");
  ARGUS_ASSIGN(const auto name, domain::ProjectName::Parse(project));
  ARGUS_ASSIGN(const auto loaded, store::GetProject(work.tx(), name));
  ARGUS_RETURN_IF_ERROR(work.Require(loaded.name(), loaded.name()));
  return loaded.state() == v1::DELETED ? Deleted(loaded.name()) : Ok();
}

}  // namespace

Result<v1::Database> DatabaseCommands::Transfer(const RequestContext& ctx, const v1::TransferDatabaseRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(request.name()));
  return Run<v1::Database>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Database> {
    ARGUS_ASSIGN(auto database, Load(work, name));
    ARGUS_RETURN_IF_ERROR(CheckReceiver(work, request.project()));
    auto extra = Extra({{"from", database.project()}, {"to", request.project()}});
    database.set_project(request.project());
    ARGUS_ASSIGN(database, store::UpdateDatabase(work.tx(), std::move(database)));
    work.Record({database.name(), v1::AuditLog::NOTICE, std::move(extra), {}});
    return database;
  });
}

Result<v1::Database> DatabaseCommands::Sync(const RequestContext& ctx, const v1::SyncDatabaseRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(request.name()));
  ARGUS_RETURN_IF_ERROR(Run<v1::Database>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Database> {
    ARGUS_ASSIGN(auto database, Load(work, name));
    work.Record({database.name(), v1::AuditLog::INFO, {}, {}});
    return database;
  }));
  ARGUS_RETURN_IF_ERROR(sync_.SyncDatabase(ctx, name));
  auto reader = metastore_.Read(ctx);
  return store::GetDatabase(reader, name);
}

}  // namespace argus::command
