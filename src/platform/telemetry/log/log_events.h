// What the log says of itself.
#pragma once

#include "platform/telemetry/log/event.h"

namespace argus::log {

inline constexpr Event kCrashed{Level::kError, "crashed by a signal",
                                "The program ends: a fault of its own, or of what it runs on. Its stack is given as offsets "
                                "for addr2line."};

inline constexpr const Event* kEvents[] = {&kCrashed};

}  // namespace argus::log
