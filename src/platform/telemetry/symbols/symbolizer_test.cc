#include "platform/telemetry/symbols/symbolizer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <thread>

#include "platform/base/stack_trace.h"

namespace argus::symbols {

// Outside of the unnamed namespace and not inlined: its name is what the test looks for.
__attribute__((noinline)) StackTrace TraceFromHere() {
  StackTrace trace = StackTrace::Capture();
  asm volatile("");  // no tail call
  return trace;
}

constexpr unsigned kInlinedLine = __LINE__ + 2;
__attribute__((always_inline)) inline StackTrace Inlined() {
  StackTrace trace = StackTrace::Capture();
  asm volatile("");
  return trace;
}
__attribute__((noinline)) StackTrace TraceThroughInlined() {
  StackTrace trace = Inlined();
  asm volatile("");
  return trace;
}

namespace {

TEST(Symbolizer, NamesFunctionFileAndLine) {
  const Symbolizer symbolizer;
  const auto trace = TraceFromHere();
  ASSERT_GE(trace.frames().size(), 2u);
  const Location inner = symbolizer.ResolveReturn(trace.frames()[0]);
  EXPECT_EQ(inner.function, "argus::symbols::TraceFromHere");
  EXPECT_EQ(inner.file, "src/platform/telemetry/symbols/symbolizer_test.cc");
  EXPECT_EQ(inner.line, 15u);
  const Location outer = symbolizer.ResolveReturn(trace.frames()[1]);
  EXPECT_NE(outer.function.find("Symbolizer_NamesFunctionFileAndLine_Test::TestBody"), std::string::npos);
}

TEST(Symbolizer, ShowsWhatWasInlinedAndWhere) {
  const Symbolizer symbolizer;
  const auto trace = TraceThroughInlined();
  const auto frames = symbolizer.Frames(trace.frames()[0] - 1);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].function, "argus::symbols::Inlined");
  EXPECT_EQ(frames[0].line, kInlinedLine);
  EXPECT_EQ(frames[1].function, "argus::symbols::TraceThroughInlined");
  EXPECT_EQ(frames[1].line, kInlinedLine + 5);
  EXPECT_EQ(symbolizer.ResolveReturn(trace.frames()[0]).line, kInlinedLine + 5);
}

TEST(Symbolizer, NamesFunctionsOfSharedLibraries) {
  const Symbolizer symbolizer;
  const Location location = symbolizer.Resolve(reinterpret_cast<std::uintptr_t>(&::qsort));
  EXPECT_NE(location.function.find("qsort"), std::string::npos) << location.function;
}

TEST(Symbolizer, GivesTheAddressOfWhatNobodyKnows) {
  const Symbolizer symbolizer;
  for (const std::uintptr_t pc : {std::uintptr_t{0}, std::uintptr_t{0x10}, ~std::uintptr_t{0}}) {
    const Location location = symbolizer.Resolve(pc);
    EXPECT_TRUE(location.function.starts_with("0x")) << location.function;
    EXPECT_TRUE(location.file.empty());
    EXPECT_EQ(location.line, 0u);
  }
}

TEST(Symbolizer, KnowsItsAnswersAfterReleaseAndReadsAnew) {
  const Symbolizer symbolizer;
  const auto trace = TraceFromHere();
  const Location before = symbolizer.ResolveReturn(trace.frames()[0]);
  symbolizer.Release();
  EXPECT_EQ(symbolizer.ResolveReturn(trace.frames()[0]).line, before.line);
  EXPECT_FALSE(symbolizer.ResolveReturn(trace.frames()[1]).file.empty());
}

TEST(Symbolizer, ListsTheMainProgramFirst) {
  const auto mappings = Symbolizer::OfProcess().Mappings();
  ASSERT_GE(mappings.size(), 2u);
  EXPECT_NE(mappings[0].file.find("symbols_test"), std::string::npos);
  const auto here = reinterpret_cast<std::uintptr_t>(&TraceFromHere);
  EXPECT_LE(mappings[0].start, here);
  EXPECT_GT(mappings[0].limit, here);
  EXPECT_EQ(mappings[0].build_id.find_first_not_of("0123456789abcdef"), std::string::npos);
  std::set<std::uintptr_t> starts;
  for (const auto& mapping : mappings) EXPECT_TRUE(starts.insert(mapping.start).second);
}

TEST(Symbolizer, ServesManyThreads) {
  const Symbolizer symbolizer;
  const auto trace = TraceFromHere();
  const Location expected = symbolizer.ResolveReturn(trace.frames()[0]);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (const auto frame : trace.frames()) symbolizer.ResolveReturn(frame);
      EXPECT_EQ(symbolizer.ResolveReturn(trace.frames()[0]).function, expected.function);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace argus::symbols
