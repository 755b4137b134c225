#include "platform/base/stack_trace.h"

#include <pthread.h>

namespace argus {
namespace {

StackBounds AskSystem() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  void* low = nullptr;
  std::size_t size = 0;
  const bool known = pthread_attr_getstack(&attributes, &low, &size) == 0;
  pthread_attr_destroy(&attributes);
  if (!known) return {};
  return {reinterpret_cast<std::uintptr_t>(low), reinterpret_cast<std::uintptr_t>(low) + size};
}

}  // namespace

const StackBounds& CurrentStackBounds() {
  static thread_local constinit StackBounds bounds;
  static thread_local constinit bool asked = false;
  if (!asked) {
    asked = true;  // first, lest a signal in between asks again
    bounds = AskSystem();
  }
  return bounds;
}

// A frame is two words: the caller's frame pointer and the return address. Callers stand higher on the stack.
__attribute__((no_sanitize("address", "thread"))) std::size_t WalkFrames(std::uintptr_t frame, const StackBounds& bounds,
                                                                         std::span<std::uintptr_t> into) {
  constexpr std::uintptr_t kFrameBytes = 2 * sizeof(std::uintptr_t);
  std::size_t count = 0;
  std::uintptr_t lowest = bounds.low;
  while (count < into.size() && bounds.high >= kFrameBytes && frame >= lowest && frame <= bounds.high - kFrameBytes &&
         frame % alignof(std::uintptr_t) == 0) {
    const auto* words = reinterpret_cast<const std::uintptr_t*>(frame);
    if (words[1] == 0) break;
    into[count++] = words[1];
    lowest = frame + kFrameBytes;
    frame = words[0];
  }
  return count;
}

__attribute__((noinline)) StackTrace StackTrace::Capture() {
  StackTrace trace;
  trace.size_ =
      WalkFrames(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)), CurrentStackBounds(), trace.frames_);
  return trace;
}

}  // namespace argus
