#pragma once

#include "target/driver.h"
#include "target/sqlite/handle.h"

namespace argus::target::sqlite {

// The schema "main" in one consistent snapshot, without SQLite's own tables, shadow tables and the marker.
Result<v1::DatabaseSchema> ReadSchema(Handle& handle);

}  // namespace argus::target::sqlite
