// Database over one SQLite file: a writer connection that transactions take in turn, and readers beside it (WAL).
#pragma once

#include <memory>
#include <string>

#include "platform/db/database.h"

namespace argus::db {

Result<std::unique_ptr<Database>> OpenSqlite(std::string path, Options options);

}  // namespace argus::db
