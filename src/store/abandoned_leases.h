// Leases of a process that is gone, where only one process at a time can have the metastore open.
#pragma once

#include <string>

#include "store/transaction.h"

namespace argus::store {

// The lease of every running task run and plan check that another than `owner` holds is over at once. Only on SQLite, whose
// data directory one process has locked: on PostgreSQL another replica may be alive. Commit with Unaudited::kLeaseRenewal.
void ExpireLeasesOfOthers(Transaction& tx, const std::string& owner);

}  // namespace argus::store
