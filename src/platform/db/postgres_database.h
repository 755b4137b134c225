// Database over PostgreSQL 13 or newer: a bounded pool of connections, SERIALIZABLE transactions, pipelined writes.
#pragma once

#include <memory>

#include "platform/db/database.h"

namespace argus::db {

Result<std::unique_ptr<Database>> OpenPostgres(Options options);

}  // namespace argus::db
