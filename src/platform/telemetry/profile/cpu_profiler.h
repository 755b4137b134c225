// Where the process spends its CPU time: a signal every few milliseconds of it, and the stack that each finds.
#pragma once

#include <chrono>
#include <functional>

#include "platform/base/result.h"
#include "platform/telemetry/profile/profile.h"

namespace argus::profile {

struct CpuProfileOptions {
  std::chrono::milliseconds duration{30'000};
  int hz = 100;  // samples a second of CPU time; 1..1000
};

// Blocks for `duration`, or until `stop` (asked every few dozen milliseconds) says so: what was found until then is the
// answer. Threads of any origin are seen. RESOURCE_EXHAUSTED / OVERLOADED while another one runs in this process. A sample
// costs the interrupted thread some microseconds; stacks beyond a bound are counted in a comment, not kept.
Result<Profile> ProfileCpu(const CpuProfileOptions& options, const std::function<bool()>& stop);

}  // namespace argus::profile
