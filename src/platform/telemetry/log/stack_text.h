// Stacks as people read them in a log.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace argus::log {

// "\n    at runner.RunTask (runner/task_run.cc:12)" for each function, inlined ones and all; without those that make an
// Error and those of the standard library.
std::string StackText(std::span<const std::uintptr_t> return_addresses);

// "\n    at argus+0x1a2b" (an offset that addr2line takes) or "\n    at 0x7f…"; as many as fit. Async-signal-safe.
std::string_view RawStackText(std::span<const std::uintptr_t> return_addresses, std::span<char> into);

}  // namespace argus::log
