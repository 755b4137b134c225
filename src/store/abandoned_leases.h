// Leases of a process that is gone, where only one process at a time can have the metastore open.
#pragma once

#include <string>

#include "store/transaction.h"

namespace argus::store {

// Every lease that another than `owner` holds, named ones and those of running task runs and plan checks, is over at once.
// Only on SQLite, whose data directory one process has locked: on PostgreSQL another replica may be alive. Commit with
// Unaudited::kLeaseRenewal.
void ExpireLeasesOfOthers(Transaction& tx, const std::string& owner);

}  // namespace argus::store
