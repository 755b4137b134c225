#include "platform/db/listen.h"

#include <gtest/gtest.h>

#include <condition_variable>

#include "tests/support/fresh_database.h"

namespace argus::db {
namespace {

// Collects topics, and waits for one.
class Inbox {
 public:
  explicit Inbox(Notifier& notifier)
      : subscription_(notifier.OnNotify([this](std::string_view topic) { Put(topic); })) {}

  bool Await(const std::string& topic) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, std::chrono::seconds(10), [&] { return topics_.count(topic) > 0; });
  }

 private:
  void Put(std::string_view topic) {
    std::lock_guard lock(mutex_);
    topics_.emplace(topic);
    arrived_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::multiset<std::string> topics_;
  Notifier::Subscription subscription_;
};

std::unique_ptr<Notifier> OpenNotifier(const test::FreshDatabase& database) {
  return std::move(Notifier::Open({.url = database.url()})).value();
}

class NotifierTest : public testing::TestWithParam<Dialect> {
 protected:
  const test::FreshDatabase fresh_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Dialects, NotifierTest, testing::ValuesIn(test::kDialects), test::DialectName);

TEST_P(NotifierTest, TheProcessHearsItsOwnHints) {
  const auto notifier = OpenNotifier(fresh_);
  Inbox first(*notifier), second(*notifier);
  notifier->Notify("rollout");
  EXPECT_TRUE(first.Await("rollout"));
  EXPECT_TRUE(second.Await("rollout"));
}

TEST_P(NotifierTest, AnEndedSubscriptionHearsNothing) {
  const auto notifier = OpenNotifier(fresh_);
  bool heard = false;
  { const auto ended = notifier->OnNotify([&](std::string_view) { heard = true; }); }
  Inbox inbox(*notifier);
  heard = false;
  notifier->Notify("rollout");
  EXPECT_TRUE(inbox.Await("rollout"));
  EXPECT_FALSE(heard);
}

TEST(PostgresNotifier, HintsReachOtherReplicas) {
  const test::FreshDatabase fresh(Dialect::kPostgres);
  const auto here = OpenNotifier(fresh);
  const auto there = OpenNotifier(fresh);
  Inbox inbox(*there);
  ASSERT_TRUE(inbox.Await("")) << "connected: everything may have changed";
  here->Notify("rollout");
  EXPECT_TRUE(inbox.Await("rollout"));
}

TEST(PostgresNotifier, ALostConnectionIsMadeAgain) {
  const test::FreshDatabase fresh(Dialect::kPostgres);
  const auto database = fresh.Open();
  const auto here = OpenNotifier(fresh);
  const auto there = OpenNotifier(fresh);
  {
    Inbox connected(*there);
    ASSERT_TRUE(connected.Await(""));
  }
  Inbox inbox(*there);
  constexpr Statement kTerminate{"terminate",
                                 "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity "
                                 "WHERE datname = current_database() AND query LIKE 'LISTEN%'"};
  const RequestContext ctx;
  ASSERT_FALSE(database->Query(ctx, kTerminate, {}).value().empty());
  ASSERT_TRUE(inbox.Await("")) << "connected again";
  here->Notify("rollout");
  EXPECT_TRUE(inbox.Await("rollout"));
}

TEST(PostgresNotifier, AnUnreachableServerDoesNotKeepLocalHintsBack) {
  const auto notifier = std::move(Notifier::Open({.url = "postgresql://127.0.0.1:1/d"})).value();
  Inbox inbox(*notifier);
  notifier->Notify("rollout");
  EXPECT_TRUE(inbox.Await("rollout"));
}

}  // namespace
}  // namespace argus::db
