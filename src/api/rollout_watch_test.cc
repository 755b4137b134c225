#include "api/rollout_watch.h"

#include <gtest/gtest.h>

#include <optional>

#include "domain/iam.h"
#include "platform/runtime/wakeup.h"

namespace argus::api {
namespace {

constexpr const char* kName = "projects/p/rollouts/1";

class RolloutWatchTest : public testing::Test {
 protected:
  RolloutWatchTest() {
    rollout_.set_name(kName);
    rollout_.set_state(v1::Rollout::RUNNING);
    watch_.emplace(
        hub_, kName,
        [this](const RequestContext&) -> Result<v1::Rollout> {
          if (hidden_) return domain::NotFound(kName);
          return rollout_;
        },
        nullptr);
    watch_->SetWake([this] { bell_.Signal(); });
  }

  void Announce(std::string resource) {
    const store::Announcement change{store::Topic::kRollout, std::move(resource)};
    notifier_.Publish(std::span(&change, 1));
  }
  rpc::StreamItem Next() {
    auto item = watch_->Next(ctx_);
    EXPECT_TRUE(item.ok());
    return item.ok() ? std::move(item).value() : rpc::StreamItem::Idle();
  }
  // The next one that is not idle; the hub also wakes for nothing.
  Result<rpc::StreamItem> Await() {
    for (;;) {
      auto item = watch_->Next(ctx_);
      if (!item.ok() || item->message || item->end || !bell_.WaitFor(std::chrono::seconds(10))) return item;
    }
  }
  static const v1::Rollout& In(const rpc::StreamItem& item) {
    return static_cast<const v1::WatchRolloutResponse&>(*item.message).rollout();
  }

  RequestContext ctx_;
  v1::Rollout rollout_;
  bool hidden_ = false;
  Wakeup bell_;
  store::Notifier notifier_;
  ChangeHub hub_{notifier_};
  std::optional<RolloutWatch> watch_;
};

TEST_F(RolloutWatchTest, SendsTheRolloutNowAndAfterAChange) {
  EXPECT_EQ(In(Next()).state(), v1::Rollout::RUNNING);
  rollout_.set_state(v1::Rollout::PAUSED);
  Announce("projects/p/rollouts/1/tasks/1");
  const auto item = Await();
  ASSERT_TRUE(item.ok() && item->message);
  EXPECT_EQ(In(*item).state(), v1::Rollout::PAUSED);
}

TEST_F(RolloutWatchTest, SendsNothingTwice) {
  ASSERT_TRUE(Next().message);
  Announce(kName);
  ASSERT_TRUE(bell_.WaitFor(std::chrono::seconds(10)));
  const auto item = Next();
  EXPECT_FALSE(item.message);
  EXPECT_FALSE(item.end);
}

TEST_F(RolloutWatchTest, EndsAfterTheLastState) {
  rollout_.set_state(v1::Rollout::DONE);
  EXPECT_EQ(In(Next()).state(), v1::Rollout::DONE);
  EXPECT_TRUE(Next().end);
}

TEST_F(RolloutWatchTest, EndsWithAnErrorOnceTheCallerMayNotSeeIt) {
  ASSERT_TRUE(Next().message);
  hidden_ = true;
  Announce(kName);
  EXPECT_EQ(Await().error().code(), Code::kNotFound);
}

}  // namespace
}  // namespace argus::api
