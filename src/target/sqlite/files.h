// The folder of database files that stands for a SQLite instance.
#pragma once

#include <string>
#include <vector>

#include "platform/base/result.h"
#include "target/driver.h"

namespace argus::target::sqlite {

// "<data_dir>/<database>.db". INVALID_ARGUMENT for a name that would lead elsewhere.
Result<std::string> DatabasePath(const ConnectionSpec& spec);
// Names without suffix, in order. FAILED_PRECONDITION/CONNECTION_FAILED when the folder cannot be read.
Result<std::vector<std::string>> ListDatabaseFiles(const std::string& data_dir);

}  // namespace argus::target::sqlite
