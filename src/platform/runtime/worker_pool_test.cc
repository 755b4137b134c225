#include "platform/runtime/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace argus {
namespace {

TEST(WorkerPool, RunsWhatWasQueuedBeforeItStops) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool("test", 2, 100);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(pool.TrySubmit([&] { ++done; }));
  }
  EXPECT_EQ(done, 100);
}

TEST(WorkerPool, RefusesBeyondItsQueueAndAfterStop) {
  std::promise<void> started, release;
  WorkerPool pool("test", 1, 1);
  ASSERT_TRUE(pool.TrySubmit([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.TrySubmit([] {}));
  EXPECT_FALSE(pool.TrySubmit([] { FAIL() << "refused tasks do not run"; }));
  EXPECT_EQ(pool.queue_length(), 1u);
  release.set_value();
  pool.Stop();
  EXPECT_FALSE(pool.TrySubmit([] {}));
}

}  // namespace
}  // namespace argus
