#include "platform/telemetry/log/record_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

namespace argus::log {
namespace {

Record Of(std::string_view head, Level level = Level::kInfo) { return {level, head, {}, {}, {}}; }

std::vector<std::string> Drain(RecordQueue& queue) {
  std::vector<std::string> heads;
  while (queue.Swap()) {
    for (Record record; queue.Next(record);) heads.emplace_back(record.head);
  }
  return heads;
}

TEST(RecordQueue, KeepsRecordsWholeAndInOrder) {
  RecordQueue queue(64 << 10);
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.Swap());
  const std::uintptr_t stack[] = {1, 2, 3};
  ASSERT_TRUE(queue.Push({Level::kWarn, "head", "error", "tail", stack}));
  ASSERT_TRUE(queue.Push(Of("")));
  EXPECT_FALSE(queue.empty());
  EXPECT_GT(queue.backlog(), 0u);
  ASSERT_TRUE(queue.Swap());
  EXPECT_TRUE(queue.empty());
  Record record;
  ASSERT_TRUE(queue.Next(record));
  EXPECT_EQ(record.level, Level::kWarn);
  EXPECT_EQ(record.head, "head");
  EXPECT_EQ(record.error, "error");
  EXPECT_EQ(record.tail, "tail");
  EXPECT_EQ(std::vector(record.stack.begin(), record.stack.end()), std::vector(stack, stack + 3));
  ASSERT_TRUE(queue.Next(record));
  EXPECT_EQ(record.head, "");
  EXPECT_FALSE(queue.Next(record));
}

TEST(RecordQueue, IsBoundedAndLeavesTheLastQuarterToErrors) {
  RecordQueue queue(64 << 10);
  const std::string text(1000, 'x');
  std::size_t infos = 0;
  while (queue.Push(Of(text))) ++infos;
  EXPECT_NEAR(infos, 48, 2);
  std::size_t errors = 0;
  while (queue.Push(Of(text, Level::kError))) ++errors;
  EXPECT_NEAR(errors, 16, 2);
  EXPECT_EQ(Drain(queue).size(), infos + errors);
  EXPECT_TRUE(queue.Push(Of(text)));
}

TEST(RecordQueue, RefusesWhatIsLargerThanItself) {
  RecordQueue queue(4 << 10);
  EXPECT_FALSE(queue.Push(Of(std::string(8 << 10, 'x'), Level::kError)));
  EXPECT_TRUE(queue.Push(Of("small")));
  EXPECT_EQ(Drain(queue), std::vector<std::string>{"small"});
}

// The order of each producer is kept, nothing is lost that was accepted, nothing comes twice.
TEST(RecordQueue, ServesManyProducersAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  RecordQueue queue(256 << 10);
  std::atomic<int> accepted{0};
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string text = std::to_string(t) + " " + std::to_string(i) + std::string(i % 100, '.');
        if (queue.Push(Of(text, i % 7 == 0 ? Level::kError : Level::kInfo))) ++accepted;
      }
      --running;
    });
  }
  std::map<int, int> last;
  int seen = 0;
  const auto take = [&] {
    while (queue.Swap()) {
      for (Record record; queue.Next(record); ++seen) {
        const std::string text(record.head);
        const int thread = std::stoi(text);
        const int number = std::stoi(text.substr(2));
        ASSERT_GE(number, last[thread]);
        ASSERT_EQ(text.size(), 2 + std::to_string(number).size() + number % 100);
        last[thread] = number + 1;
      }
    }
  };
  while (running > 0) take();
  for (auto& thread : threads) thread.join();
  take();
  EXPECT_EQ(seen, accepted);
}

}  // namespace
}  // namespace argus::log
