// What is the same in every line of one place of the program, put together once.
#pragma once

#include <array>
#include <atomic>
#include <source_location>
#include <string>

#include "platform/telemetry/log/event.h"

namespace argus::log {

// The parts of a line that its event and its place decide; their meaning is the format's.
struct CallSite {
  std::string head;
  std::string tail;
};

// Thread-safe and bounded: a program has few places that log.
class CallSites {
 public:
  using Make = CallSite (*)(const Event&, const std::source_location&);

  explicit CallSites(Make make) : make_(make) {}
  ~CallSites();
  CallSites(const CallSites&) = delete;
  CallSites& operator=(const CallSites&) = delete;

  // The reference is good until the calling thread's next call.
  const CallSite& Of(const Event& event, const std::source_location& where);

 private:
  struct Entry;

  const Make make_;
  std::array<std::atomic<const Entry*>, 1024> slots_{};
};

}  // namespace argus::log
