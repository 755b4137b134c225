#include "platform/runtime/runner_thread.h"

#include <gtest/gtest.h>

namespace argus {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLong = hours(1);
constexpr milliseconds kPatience = seconds(30);

TEST(Wakeup, KeepsASignalGivenBeforeTheWait) {
  Wakeup wakeup;
  wakeup.Signal();
  wakeup.Signal();
  EXPECT_TRUE(wakeup.WaitFor(kPatience));
  EXPECT_FALSE(wakeup.WaitFor(milliseconds(0))) << "two signals count as one";
}

TEST(Wakeup, EndsAWaitFromAnotherThread) {
  Wakeup wakeup;
  std::thread other([&] { wakeup.Signal(); });
  EXPECT_TRUE(wakeup.WaitFor(kPatience));
  other.join();
}

TEST(PeriodicThread, RunsAtOnceAndWhenWoken) {
  Wakeup ran;
  PeriodicThread thread("test", kLong, [&] { ran.Signal(); });
  ASSERT_TRUE(ran.WaitFor(kPatience));
  thread.Wake();
  EXPECT_TRUE(ran.WaitFor(kPatience));
}

TEST(PeriodicThread, RunsAgainAfterItsInterval) {
  Wakeup ran;
  PeriodicThread thread("test", milliseconds(1), [&] { ran.Signal(); });
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ran.WaitFor(kPatience));
}

TEST(PeriodicThread, AWakeDuringARunCausesAnother) {
  Wakeup started, go_on;
  PeriodicThread thread("test", kLong, [&] {
    started.Signal();
    go_on.WaitFor(kPatience);
  });
  ASSERT_TRUE(started.WaitFor(kPatience));
  thread.Wake();
  go_on.Signal();
  EXPECT_TRUE(started.WaitFor(kPatience));
  go_on.Signal();
}

TEST(PeriodicThread, StopsWhileItWaitsAndRunsNoMore) {
  std::atomic<int> runs = 0;
  Wakeup ran;
  PeriodicThread thread("test", kLong, [&] {
    ++runs;
    ran.Signal();
  });
  ASSERT_TRUE(ran.WaitFor(kPatience));
  thread.Stop();
  thread.Wake();
  thread.Stop();
  EXPECT_TRUE(thread.stopping());
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace argus
