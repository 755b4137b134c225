// The marker table argus_task_marker of a SQLite target.
#pragma once

#include <optional>
#include <string>

#include "platform/base/result.h"
#include "target/driver.h"
#include "target/sqlite/handle.h"

namespace argus::target::sqlite {

inline constexpr auto kMarkerTable = "argus_task_marker";

std::optional<SqliteError> EnsureMarkerTable(Handle& handle);
// Fails with SQLITE_CONSTRAINT_PRIMARYKEY when the task was applied before.
std::optional<SqliteError> InsertMarker(Handle& handle, const Marker& marker);
// Whether exactly this marker stands in the table.
bool HasMarker(Handle& handle, const Marker& marker);
// nullopt: there is none.
Result<std::optional<Marker>> ReadMarker(Handle& handle, const std::string& task);

}  // namespace argus::target::sqlite
