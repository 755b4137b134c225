#include "platform/runtime/watchdog.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "platform/runtime/worker_pool.h"

namespace argus {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(Watchdog, IsDeadWhenAnyOfItsChecksIsOverTheLimit) {
  Watchdog watchdog(seconds(10));
  nanoseconds loop{0}, pool{0};
  watchdog.Watch("loop", [&](MonotonicTime) { return loop; });
  watchdog.Watch("pool", [&](MonotonicTime) { return pool; });
  EXPECT_TRUE(watchdog.Alive({}));
  loop = seconds(10);
  EXPECT_TRUE(watchdog.Alive({})) << "at the limit is not over it";
  pool = seconds(11);
  EXPECT_FALSE(watchdog.Alive({}));
  const auto checks = watchdog.Checks({});
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_TRUE(checks[0].ok);
  EXPECT_FALSE(checks[1].ok);
  EXPECT_EQ(checks[1].name, "pool");
  EXPECT_EQ(checks[1].stalled, seconds(11));
}

// Occupies `count` workers of `pool`, each with a task of that patience, until it is destroyed.
class Occupied {
 public:
  Occupied(WorkerPool& pool, int count, nanoseconds patience) : running_(count) {
    for (auto& running : running_) {
      EXPECT_TRUE(pool.TrySubmit(
          [&running, released = released_] {
            running.set_value();
            released.wait();
          },
          patience));
      running.get_future().wait();
    }
  }
  ~Occupied() { release_.set_value(); }

 private:
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::vector<std::promise<void>> running_;
};

MonotonicTime In(nanoseconds time) { return std::chrono::steady_clock::now() + time; }

TEST(WorkerPoolStall, IdleAndPartlyBusyPoolsOweNothing) {
  WorkerPool pool("test", 2, 10);
  EXPECT_EQ(pool.stalled(In(seconds(100))), nanoseconds(0));
  const Occupied one(pool, 1, nanoseconds(0));
  EXPECT_EQ(pool.stalled(In(seconds(100))), nanoseconds(0)) << "the other worker is free";
}

TEST(WorkerPoolStall, WorkersWithinTheirPatienceAreBusyNotStuck) {
  WorkerPool pool("test", 2, 10);
  const Occupied both(pool, 2, seconds(60));
  EXPECT_TRUE(pool.TrySubmit([] {}));
  EXPECT_EQ(pool.stalled(In(seconds(40))), nanoseconds(0));
  const auto late = pool.stalled(In(seconds(75)));
  EXPECT_GE(late, seconds(15));
  EXPECT_LT(late, seconds(25));
}

TEST(WorkerPoolStall, OneWorkerWithinItsPatienceIsHopeEnough) {
  WorkerPool pool("test", 2, 10);
  const Occupied hung(pool, 1, nanoseconds(0));
  const Occupied busy(pool, 1, seconds(60));
  EXPECT_EQ(pool.stalled(In(seconds(40))), nanoseconds(0));
  EXPECT_GT(pool.stalled(In(seconds(75))), seconds(14));
}

TEST(WorkerPoolStall, EndsWithTheFirstTaskThatEnds) {
  WorkerPool pool("test", 1, 10);
  {
    const Occupied only(pool, 1, nanoseconds(0));
    EXPECT_GT(pool.stalled(In(seconds(11))), seconds(10));
  }
  std::promise<void> done;
  EXPECT_TRUE(pool.TrySubmit([&] { done.set_value(); }));
  done.get_future().wait();
  pool.Stop();
  EXPECT_EQ(pool.stalled(In(seconds(100))), nanoseconds(0));
}

}  // namespace
}  // namespace argus
