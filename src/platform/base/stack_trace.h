// Where something happened: the return addresses of the calling functions, cheap enough to take for every error.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace argus {

// The memory of one thread's stack; empty where the system does not tell.
struct StackBounds {
  std::uintptr_t low = 0;
  std::uintptr_t high = 0;
};

// Of the calling thread. The first call on a thread asks the system and may allocate; the others only read, and may be
// made in a signal handler.
const StackBounds& CurrentStackBounds();

// Follows the frame pointers from `frame` and writes at most `into.size()` return addresses, innermost first; gives
// their number. Stops at the first frame that cannot be one, as functions built without frame pointers leave behind.
// Reads nothing outside of `bounds`: async-signal-safe.
std::size_t WalkFrames(std::uintptr_t frame, const StackBounds& bounds, std::span<std::uintptr_t> into);

// A value; nothing is resolved to names until somebody reads it.
class StackTrace {
 public:
  static constexpr std::size_t kMaxFrames = 16;

  StackTrace() = default;
  // Of the function that calls this and its callers, innermost first; tens of nanoseconds.
  static StackTrace Capture();

  std::span<const std::uintptr_t> frames() const { return {frames_.data(), size_}; }

 private:
  std::array<std::uintptr_t, kMaxFrames> frames_{};
  std::size_t size_ = 0;
};

}  // namespace argus
