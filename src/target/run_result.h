// Building the results and errors that all drivers give.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/error.h"
#include "target/driver.h"

namespace argus::target {

v1::TaskRunError RunError(const Reason& reason, std::string_view message);
// Takes over `statement`, `line` and `column` from the error's metadata.
v1::TaskRunError RunError(const Error& error);
// Blames the statement `index` (zero-based) and points at `position` of the script.
v1::TaskRunError At(v1::TaskRunError error, std::size_t index, sql::Position position);

RunResult NotApplied(v1::TaskRunError error);
RunResult AlreadyApplied(Marker by);

}  // namespace argus::target
