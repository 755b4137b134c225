// One log line on its way from the thread that says it to the one that writes it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "platform/telemetry/log/event.h"

namespace argus::log {

// The line is `head`, the error in the form of the output, `tail`. The error is put in by the writing thread, since it
// takes time to find the names of its stack. Borrows everything.
struct Record {
  Level level = Level::kInfo;
  std::string_view head;
  std::string_view error;  // message and cause as they are; empty: none
  std::string_view tail;
  std::span<const std::uintptr_t> stack;  // return addresses, innermost first
};

}  // namespace argus::log
