#include "platform/runtime/watchdog.h"

#include <algorithm>

namespace argus {

bool Watchdog::Alive(MonotonicTime now) const {
  return std::all_of(watched_.begin(), watched_.end(),
                     [&](const auto& watched) { return watched.second(now) <= limit_; });
}

std::vector<Watchdog::Check> Watchdog::Checks(MonotonicTime now) const {
  std::vector<Check> checks;
  for (const auto& [name, stalled] : watched_) {
    const auto time = stalled(now);
    checks.push_back({name, time <= limit_, time});
  }
  return checks;
}

}  // namespace argus
