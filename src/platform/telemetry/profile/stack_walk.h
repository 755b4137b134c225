// The call stack of the thread that a signal has interrupted.
#pragma once

#include <signal.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace argus::profile {

// Reads what the handlers below need. Once, before the first of them may run; more often does no harm.
void PrepareStackWalk();

// Writes at most `into.size()` addresses, innermost first, and gives their number: where the thread was interrupted, then
// the call instructions (not the return addresses) that lead there. For signal handlers, on any thread, whether or not it
// was made by us: `ucontext` is the handler's third argument. Frame pointers are followed in the program itself, the tables
// of exception handling in libraries, which are built without frame pointers.
std::size_t WalkInterrupted(const void* ucontext, std::span<std::uintptr_t> into);

inline constexpr std::size_t kMaxStackFrames = 64;
inline constexpr std::size_t kMaxWorkLabels = 4;

// A lasting label of the work that was interrupted (WorkLabel); the pointers live as long as the process.
struct LabelRef {
  const char* key;
  const char* value;
};

// What a handler keeps of one moment. Filled without allocating.
struct StackSample {
  std::array<std::uintptr_t, kMaxStackFrames> frames;
  std::array<LabelRef, kMaxWorkLabels> labels;
  std::uint32_t frame_count = 0;
  std::uint32_t label_count = 0;

  // In the handler.
  void Take(const void* ucontext);
  std::span<const std::uintptr_t> stack() const { return {frames.data(), frame_count}; }
  std::span<const LabelRef> label_list() const { return {labels.data(), label_count}; }
};

}  // namespace argus::profile
