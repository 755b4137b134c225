// Time as the program stores and compares it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus {

// A point on the UTC time line in microseconds since the Unix epoch: the form in which every time is stored.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
// For leases, deadlines and durations: never goes back.
using MonotonicTime = std::chrono::steady_clock::time_point;

inline std::int64_t ToMicros(Timestamp t) { return t.time_since_epoch().count(); }
inline Timestamp FromMicros(std::int64_t micros) { return Timestamp(std::chrono::microseconds(micros)); }

// Injected wherever a decision depends on time, so that tests can turn the hands. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() const = 0;
  virtual MonotonicTime Monotonic() const { return std::chrono::steady_clock::now(); }
};

class SystemClock final : public Clock {
 public:
  Timestamp Now() const override;
};

// RFC 3339 in UTC with microseconds, "2026-05-24T08:42:11.123456Z".
std::string FormatRfc3339(Timestamp time);
// Accepts any RFC 3339 offset and up to nine fraction digits (truncated to microseconds).
Result<Timestamp> ParseRfc3339(std::string_view text);

}  // namespace argus
