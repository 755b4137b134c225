#include "platform/telemetry/log/output.h"

#include <poll.h>

namespace argus::log {

bool WaitWritable(int fd, const OutputState& state) {
  if (fd < 0) return true;  // poll would wait for it for ever
  constexpr std::chrono::milliseconds kSlice{50};
  std::chrono::milliseconds waited{0};
  while (waited < kStallLimit) {
    pollfd entry{fd, POLLOUT, 0};
    if (poll(&entry, 1, static_cast<int>(kSlice.count())) != 0) return true;
    if (state.abandoned()) return false;
    if (state.mode != Mode::kRunning) waited += kSlice;
  }
  return false;
}

}  // namespace argus::log
