// Bringing what Argus knows about target servers up to date. The I/O stands outside of any transaction.
#pragma once

#include <string>
#include <vector>

#include "command/targets.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it. Checks no permission and writes no audit entry: what is synced was asked for
// by a command or follows from a change.
class SchemaSync {
 public:
  SchemaSync(store::Metastore& metastore, const Targets& targets) : metastore_(metastore), targets_(targets) {}

  // Reads and stores the schema of one database. A failure is recorded on the database and returned.
  Status SyncDatabase(const RequestContext& ctx, const domain::DatabaseName& name) const;
  // Finds the databases of the server, then syncs each. The names found; a database that fails keeps its error and does not
  // fail the others.
  Result<std::vector<domain::DatabaseName>> SyncInstance(const RequestContext& ctx,
                                                         const domain::InstanceName& name) const;

 private:
  store::Metastore& metastore_;
  const Targets& targets_;
};

}  // namespace argus::command
