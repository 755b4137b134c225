#include "platform/base/stack_trace.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "platform/base/error.h"
#include "platform/base/reasons.h"

namespace argus {
namespace {

__attribute__((noinline)) StackTrace Inner() {
  StackTrace trace = StackTrace::Capture();
  asm volatile("");  // no tail call
  return trace;
}

__attribute__((noinline)) StackTrace Outer() {
  StackTrace trace = Inner();
  asm volatile("");
  return trace;
}

bool Within(std::uintptr_t address, auto* function) {
  const auto start = reinterpret_cast<std::uintptr_t>(function);
  return address > start && address < start + 512;
}

TEST(StackTrace, ListsTheCallersFromTheInside) {
  const StackTrace trace = Outer();
  ASSERT_GE(trace.frames().size(), 3u);
  EXPECT_TRUE(Within(trace.frames()[0], &Inner));
  EXPECT_TRUE(Within(trace.frames()[1], &Outer));
}

TEST(StackTrace, WorksOnAnyThread) {
  std::size_t frames = 0;
  std::thread([&] { frames = Outer().frames().size(); }).join();
  EXPECT_GE(frames, 2u);
}

TEST(StackTrace, StopsAtWhatIsNoFrame) {
  std::array<std::uintptr_t, 6> stack{};
  const auto at = [&](std::size_t word) { return reinterpret_cast<std::uintptr_t>(&stack[word]); };
  const StackBounds bounds{at(0), at(0) + sizeof(stack)};
  std::array<std::uintptr_t, 8> found{};
  stack = {at(2), 11, at(0), 22, 0, 0};  // the second frame points back
  EXPECT_EQ(WalkFrames(at(0), bounds, found), 2u);
  EXPECT_EQ(found[1], 22u);
  stack = {at(2) + 1, 11, 0, 22, 0, 0};  // not aligned
  EXPECT_EQ(WalkFrames(at(0), bounds, found), 1u);
  stack = {at(5), 11, 0, 0, 0, 0};  // half outside
  EXPECT_EQ(WalkFrames(at(0), bounds, found), 1u);
  EXPECT_EQ(WalkFrames(at(0), {}, found), 0u);
}

TEST(Error, KnowsWhereItWasMade) {
  const Error error(Code::kInternal, reasons::kInternal, "broken");
  EXPECT_GE(error.stack().frames().size(), 2u);
  const Error copy = error;
  EXPECT_EQ(copy.stack().frames().size(), error.stack().frames().size());
}

}  // namespace
}  // namespace argus
