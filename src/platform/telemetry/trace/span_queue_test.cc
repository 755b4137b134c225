#include "platform/telemetry/trace/span_queue.h"

#include <gtest/gtest.h>

#include "platform/telemetry/trace/fake_exporter_test_support.h"

namespace argus::trace {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Verdict = Delivery::Verdict;

constexpr milliseconds kPatience{30'000};

class SpanQueueTest : public ::testing::Test {
 protected:
  SpanQueueTest() {
    options_.schedule_delay = hours(1);
    options_.retry.initial = milliseconds(1);
  }

  void Make() { queue_.emplace(options_, std::make_unique<FakeExporter>(collector_)); }

  void Push(int count) {
    for (int i = 0; i < count; ++i) {
      auto span = std::make_unique<SpanData>();
      span->context = {std::string(32, 'a'), std::string(16, 'b'), true, ""};
      queue_->Push(std::move(span));
    }
  }

  Options options_;
  Collector collector_;
  std::optional<SpanQueue> queue_;
};

TEST_F(SpanQueueTest, AFullBatchLeavesAtOnce) {
  options_.batch_limit = 3;
  Make();
  Push(3);
  collector_.AwaitCalls(1);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_EQ(collector_.calls(), 1);
  EXPECT_EQ(queue_->counters().exported, 3u);
  EXPECT_EQ(queue_->counters().queued, 0u);
}

TEST_F(SpanQueueTest, ALoneSpanLeavesAfterTheDelay) {
  options_.schedule_delay = milliseconds(1);
  Make();
  Push(1);
  collector_.AwaitCalls(1);
}

TEST_F(SpanQueueTest, BatchesAreBounded) {
  options_.batch_limit = 2;
  Make();
  Push(5);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_GE(collector_.calls(), 3);
  EXPECT_EQ(collector_.spans().size(), 5u);
}

TEST_F(SpanQueueTest, AFullQueueDropsAndCounts) {
  options_.queue_limit = 4;
  options_.batch_limit = 2;
  collector_.Hold(true);
  Make();
  Push(10);
  const auto counters = queue_->counters();
  EXPECT_EQ(counters.queued, 4u);
  EXPECT_EQ(counters.queue_limit, 4u);
  EXPECT_EQ(counters.dropped.queue_full, 6u);
  collector_.Hold(false);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_EQ(queue_->counters().exported, 4u);
}

TEST_F(SpanQueueTest, ComesAgainUntilItIsTaken) {
  collector_.Answer({.verdict = Verdict::kAgain, .detail = "503"});
  collector_.Answer({.verdict = Verdict::kAgain, .retry_after = milliseconds(1), .detail = "429"});
  Make();
  Push(1);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_EQ(collector_.calls(), 3);
  EXPECT_EQ(queue_->counters().exported, 1u);
}

TEST_F(SpanQueueTest, GivesUpAfterItsAttempts) {
  options_.retry.attempts = 3;
  for (int i = 0; i < 3; ++i) collector_.Answer({.verdict = Verdict::kAgain, .detail = "down"});
  Make();
  Push(2);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_EQ(collector_.calls(), 3);
  EXPECT_EQ(queue_->counters().dropped.unavailable, 2u);
}

TEST_F(SpanQueueTest, WaitsAsLongAsTheCollectorAsks) {
  collector_.Answer({.verdict = Verdict::kAgain, .retry_after = milliseconds(200), .detail = "429"});
  Make();
  const auto start = std::chrono::steady_clock::now();
  Push(1);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(200));
}

TEST_F(SpanQueueTest, ARefusalIsFinal) {
  collector_.Answer({.verdict = Verdict::kRefused, .detail = "400"});
  Make();
  Push(2);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_EQ(collector_.calls(), 1);
  EXPECT_EQ(queue_->counters().dropped.refused, 2u);
}

TEST_F(SpanQueueTest, APartialSuccessIsNotSentAgain) {
  collector_.Answer({.verdict = Verdict::kTaken, .rejected = 2, .detail = "2 rejected"});
  Make();
  Push(3);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_EQ(collector_.calls(), 1);
  EXPECT_EQ(queue_->counters().exported, 1u);
  EXPECT_EQ(queue_->counters().dropped.rejected, 2u);
}

TEST_F(SpanQueueTest, ACollectorMayNotLieAboutWhatItRejected) {
  collector_.Answer({.verdict = Verdict::kTaken, .rejected = 1'000'000, .detail = "x"});
  collector_.Answer({.verdict = Verdict::kTaken, .rejected = -5});
  Make();
  Push(1);
  EXPECT_TRUE(queue_->Flush(kPatience));
  Push(1);
  EXPECT_TRUE(queue_->Flush(kPatience));
  EXPECT_EQ(queue_->counters().dropped.rejected, 1u);
  EXPECT_EQ(queue_->counters().exported, 1u);
}

TEST_F(SpanQueueTest, ExportsWhatIsQueuedAtTheEnd) {
  Make();
  Push(3);
  queue_.reset();
  EXPECT_EQ(collector_.spans().size(), 3u);
}

TEST_F(SpanQueueTest, EndsInTimeThoughTheCollectorHangs) {
  options_.flush_timeout = milliseconds(50);
  collector_.Hold(true);
  Make();
  Push(3);
  const auto start = std::chrono::steady_clock::now();
  queue_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, kPatience);
  EXPECT_TRUE(collector_.spans().empty());
}

TEST_F(SpanQueueTest, ALongRetryAfterDoesNotHoldUpTheEnd) {
  options_.flush_timeout = milliseconds(50);
  collector_.Answer({.verdict = Verdict::kAgain, .retry_after = hours(1), .detail = "429"});
  Make();
  Push(1);
  const auto start = std::chrono::steady_clock::now();
  queue_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, kPatience);
}

TEST_F(SpanQueueTest, AFlushDoesNotWaitForEver) {
  options_.flush_timeout = milliseconds(10);
  collector_.Hold(true);
  Make();
  Push(1);
  EXPECT_FALSE(queue_->Flush(milliseconds(20)));
}

TEST_F(SpanQueueTest, SaysOnceThatItFailsAndOnceThatItWorks) {
  std::vector<ExportNotice> notices;
  options_.notice = [&](const ExportNotice& notice) { notices.push_back(notice); };
  collector_.Answer({.verdict = Verdict::kRefused, .detail = "400"});
  collector_.Answer({.verdict = Verdict::kRefused, .detail = "400"});
  Make();
  for (int i = 0; i < 4; ++i) {
    Push(1);
    EXPECT_TRUE(queue_->Flush(kPatience));
  }
  queue_.reset();
  ASSERT_EQ(notices.size(), 2u);
  EXPECT_FALSE(notices[0].working);
  EXPECT_EQ(notices[0].detail, "400");
  EXPECT_EQ(notices[0].dropped, 1u);
  EXPECT_TRUE(notices[1].working);
}

}  // namespace
}  // namespace argus::trace
