#include "platform/base/clock.h"

#include <absl/time/time.h>

#include "platform/base/reasons.h"

namespace argus {

Timestamp SystemClock::Now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string FormatRfc3339(Timestamp time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(ToMicros(time)), absl::UTCTimeZone());
}

Result<Timestamp> ParseRfc3339(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, std::string(text), &time, &error) || time == absl::InfiniteFuture() ||
      time == absl::InfinitePast()) {
    return Error(Code::kInvalidArgument, reasons::kInvalidField,
                 "not an RFC 3339 time such as 2026-05-24T08:42:11Z: " + std::string(text.substr(0, 64)));
  }
  return FromMicros(absl::ToUnixMicros(time));
}

}  // namespace argus
