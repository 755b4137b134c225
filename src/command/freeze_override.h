// Running inside a freeze window.
#pragma once

#include <string>

#include "command/work.h"
#include "platform/base/result.h"

namespace argus::command {

// Nothing for an empty reason. Else bb.freezes.override is needed on `project`, and the override of `resource` is recorded as
// critical.
Status OverrideFreeze(Work& work, const std::string& project, const std::string& resource, const std::string& reason);

}  // namespace argus::command
