// argus.v1.DatabaseService: databases on target servers.
#pragma once

#include "command/database_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class DatabaseService {
 public:
  DatabaseService(store::Metastore& metastore, command::DatabaseCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Database> GetDatabase(RequestContext& ctx, const v1::GetDatabaseRequest& request);
  Result<v1::ListDatabasesResponse> ListDatabases(RequestContext& ctx, const v1::ListDatabasesRequest& request);
  Result<v1::DatabaseSchema> GetDatabaseSchema(RequestContext& ctx, const v1::GetDatabaseSchemaRequest& request);

  store::Metastore& metastore_;
  command::DatabaseCommands& commands_;
};

}  // namespace argus::api
