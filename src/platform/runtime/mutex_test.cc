#include "platform/runtime/mutex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "platform/runtime/work_scope.h"

namespace argus {
namespace {

using std::chrono::milliseconds;

std::int64_t Total(const WaitSites& sites) {
  std::int64_t total = 0;
  for (const auto* site : sites.All()) total += site->count();
  return total;
}

// Lets another thread wait for a lock that this one holds.
void Contend(Mutex& mutex) {
  std::atomic<bool> about_to_wait = false;
  std::unique_lock lock(mutex);
  std::thread waiter([&] {
    about_to_wait = true;
    const std::lock_guard waited(mutex);
  });
  while (!about_to_wait) std::this_thread::yield();
  std::this_thread::sleep_for(milliseconds(20));
  lock.unlock();
  waiter.join();
}

TEST(Mutex, ChargesAWaitToWhoWaitedAndToWhoHeld) {
  RecordWaits();
  const auto blocked = Total(BlockedWaiters());
  const auto held = Total(ContendedHolders());
  Mutex mutex;
  while (Total(ContendedHolders()) == held) Contend(mutex);  // the waiter may be late
  EXPECT_GT(Total(BlockedWaiters()), blocked);
}

TEST(Mutex, CountsNothingUncontended) {
  RecordWaits();
  const auto blocked = Total(BlockedWaiters());
  Mutex mutex;
  for (int i = 0; i < 1000; ++i) const std::lock_guard lock(mutex);
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock();
  EXPECT_EQ(Total(BlockedWaiters()), blocked);
}

TEST(Mutex, ExcludesOthers) {
  RecordWaits();
  Mutex mutex;
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < 20000; ++i) {
      const std::lock_guard lock(mutex);
      ++count;
    }
  };
  std::thread a(add), b(add);
  a.join();
  b.join();
  EXPECT_EQ(count, 40000);
}

TEST(ConditionVariable, WaitsUntilToldOrTooLate) {
  RecordWaits();
  const auto blocked = Total(BlockedWaiters());
  Mutex mutex;
  ConditionVariable changed;
  bool told = false;
  {
    std::unique_lock lock(mutex);
    EXPECT_FALSE(changed.WaitUntil(lock, std::chrono::steady_clock::now() + milliseconds(1)) && told);
    EXPECT_TRUE(lock.owns_lock());
  }
  std::thread other([&] {
    const std::lock_guard lock(mutex);
    told = true;
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  while (!told) changed.WaitIdle(lock);
  other.join();
  EXPECT_GT(Total(BlockedWaiters()), blocked);
}

TEST(WaitSites, KnowsAStackAgainAndStaysBounded) {
  WaitSites sites;
  WaitSite* first = nullptr;
  for (int i = 0; i < 3; ++i) {
    WaitSite* here = sites.Here();
    ASSERT_NE(here, nullptr);
    here->Add(milliseconds(2));
    EXPECT_TRUE(!first || first == here);
    first = here;
  }
  EXPECT_EQ(sites.All().size(), 1u);
  EXPECT_EQ(first->count(), 3);
  EXPECT_EQ(first->waited(), milliseconds(6));
}

TEST(WorkScope, IsAListFromTheInnermostOutwards) {
  EXPECT_EQ(current_work, nullptr);
  {
    const WorkLabel outer("runner", "sync");
    const std::string id = "req-1";
    const WorkNote inner("correlation_id", id);
    ASSERT_NE(current_work, nullptr);
    EXPECT_EQ(current_work->text, "req-1");
    EXPECT_FALSE(current_work->lasting);
    EXPECT_EQ(std::string_view(current_work->outer->key), "runner");
    EXPECT_TRUE(current_work->outer->lasting);
    EXPECT_EQ(current_work->outer->outer, nullptr);
  }
  EXPECT_EQ(current_work, nullptr);
}

TEST(WorkScope, KeepsATextOnce) {
  const char* kept = LastingText(std::string("schema_") + "sync");
  EXPECT_EQ(kept, LastingText("schema_sync"));
  EXPECT_STREQ(kept, "schema_sync");
}

}  // namespace
}  // namespace argus
