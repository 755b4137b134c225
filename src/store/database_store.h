// Databases on target servers, and their schemas as of the last sync.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/project_store.h"
#include "store/transaction.h"

namespace argus::store {

// Adds the databases that are new and marks the others of the instance as not present. Changes no etag.
Status ReplaceDatabases(Transaction& tx, const domain::InstanceName& instance, std::span<const std::string> databases);

// NOT_FOUND. `environment` is the one in force, `engine` the instance's.
Result<v1::Database> GetDatabase(Reader& reader, const domain::DatabaseName& name);

struct DatabaseScope {
  std::optional<domain::InstanceName> instance;
  // Databases of these projects only; those that belong to none are shown only where all are.
  VisibleProjects projects;
};
// Filter and order: database_id, project, environment, engine, present.
Result<Page<v1::Database>> ListDatabases(Reader& reader, const DatabaseScope& scope, const ListQuery& query);

// Project and labels; the etag is the version that it replaces (Guard::kVersion).
Result<v1::Database> UpdateDatabase(Transaction& tx, v1::Database database);
// Whether any database belongs to the project.
Result<bool> ProjectHasDatabases(Reader& reader, const domain::ProjectName& project);

// Stores the schema with its fingerprint and time, and that the sync was good. Changes no etag.
void PutDatabaseSchema(Transaction& tx, const domain::DatabaseName& name, const v1::DatabaseSchema& schema);
// The sync failed; the schema stays as it is. Changes no etag.
void RecordSyncError(Transaction& tx, const domain::DatabaseName& name, const std::string& error);
// NOT_FOUND before the first sync.
Result<v1::DatabaseSchema> GetDatabaseSchema(Reader& reader, const domain::DatabaseName& name);
// Empty before the first sync.
Result<std::string> GetSchemaFingerprint(Reader& reader, const domain::DatabaseName& name);

}  // namespace argus::store
