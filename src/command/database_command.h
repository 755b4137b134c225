// Databases on target servers.
#pragma once

#include "command/schema_sync.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class DatabaseCommands {
 public:
  DatabaseCommands(store::Metastore& metastore, const SchemaSync& sync) : metastore_(metastore), sync_(sync) {}

  // Asks for the permission on the project that has the database and on the one that gets it.
  Result<v1::Database> Transfer(const RequestContext& ctx, const v1::TransferDatabaseRequest& request);
  // Records that it was asked for, then connects. A failure stands in the answer's sync_error as well as in the error.
  Result<v1::Database> Sync(const RequestContext& ctx, const v1::SyncDatabaseRequest& request);

 private:
  store::Metastore& metastore_;
  const SchemaSync& sync_;
};

}  // namespace argus::command
