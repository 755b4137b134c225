// Brings a database's tables to what this binary expects, safely while other replicas start or run.
#pragma once

#include <span>
#include <string_view>

#include "platform/base/result.h"
#include "platform/db/database.h"

namespace argus::db {

// One step of the schema. Never changed once released: its checksum is recorded.
struct Migration {
  int version;  // 1, 2, 3, …
  std::string_view name;
  std::string_view sqlite;  // A script of several statements, run in one transaction.
  std::string_view postgres;
  int oldest_compatible;  // The lowest schema version whose binary still runs beside this schema.
};

// Applies what is missing, in order, each in a transaction of its own under a lock, and records it in the table
// schema_migration. Any number of replicas may do so at once. Errors: FAILED_PRECONDITION/SCHEMA_TOO_NEW when the
// database was taken to a schema that no longer bears `binary_schema_version`; FAILED_PRECONDITION/SCHEMA_MISMATCH when
// an applied migration differs from the one given. A newer schema that bears this binary is left alone.
Status Migrate(Database& database, const RequestContext& ctx, std::span<const Migration> migrations,
               int binary_schema_version);

}  // namespace argus::db
