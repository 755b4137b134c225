// Tells a process that is stuck from one that is merely busy.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/clock.h"

namespace argus {

// Holds what has to make progress and judges when asked; it has no thread that could itself be stuck. Filled before it is
// asked, then const and thread-safe.
class Watchdog {
 public:
  static constexpr std::chrono::seconds kLimit{10};

  // For how long, at the given time, something has owed progress that did not come; zero while there is none to owe. Must
  // return at once.
  using Stalled = std::function<std::chrono::nanoseconds(MonotonicTime now)>;

  struct Check {
    std::string name;
    bool ok = true;
    std::chrono::nanoseconds stalled{0};
  };

  // Without progress for longer than `limit` is stuck.
  explicit Watchdog(std::chrono::nanoseconds limit = kLimit) : limit_(limit) {}

  // What `stalled` asks must outlive the last call of the functions below.
  void Watch(std::string name, Stalled stalled) { watched_.emplace_back(std::move(name), std::move(stalled)); }

  bool Alive(MonotonicTime now) const;
  std::vector<Check> Checks(MonotonicTime now) const;

 private:
  const std::chrono::nanoseconds limit_;
  std::vector<std::pair<std::string, Stalled>> watched_;
};

}  // namespace argus
