#include "api/change_hub.h"

#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <vector>

#include "platform/runtime/wakeup.h"

namespace argus::api {
namespace {

using std::chrono::seconds;

class ChangeHubTest : public testing::Test {
 protected:
  ChangeHub::Watch Watch(std::string resource, Wakeup& bell) {
    return hub_.Add({std::move(resource)}, [&bell] { bell.Signal(); });
  }
  void Change(store::Topic topic, std::string resource) {
    const store::Announcement change{topic, std::move(resource)};
    notifier_.Publish(std::span(&change, 1));
  }

  store::Notifier notifier_;
  Wakeup bell_;
  ChangeHub hub_{notifier_};  // Last: it rings the bell.
};

TEST_F(ChangeHubTest, WakesForTheResourceAndWhatIsBelowIt) {
  const auto watch = Watch("projects/p/rollouts/1", bell_);
  for (const char* resource : {"projects/p/rollouts/1", "projects/p/rollouts/1/tasks/2/taskRuns/3"}) {
    Change(store::Topic::kTaskRun, resource);
    EXPECT_TRUE(bell_.WaitFor(seconds(10))) << resource;
  }
}

TEST_F(ChangeHubTest, LeavesOthersAsleep) {
  Wakeup other;
  const auto watch = Watch("projects/p/rollouts/1", other);
  const auto changed = Watch("projects/p/rollouts/10", bell_);
  Change(store::Topic::kRollout, "projects/p/rollouts/10");
  ASSERT_TRUE(bell_.WaitFor(seconds(10)));
  EXPECT_FALSE(other.WaitFor(std::chrono::milliseconds(0)));
}

TEST_F(ChangeHubTest, AWatchMayEndInsideItsOwnWake) {
  std::mutex mutex;
  std::optional<ChangeHub::Watch> watch;
  {
    const std::lock_guard lock(mutex);
    watch = hub_.Add({"settings"}, [&] {
      const std::lock_guard inner(mutex);
      watch.reset();
      bell_.Signal();
    });
  }
  Change(store::Topic::kSetting, "settings/ENVIRONMENT");
  EXPECT_TRUE(bell_.WaitFor(seconds(10)));
}

TEST_F(ChangeHubTest, ManyChangesAtOnceStillWake) {
  const auto watch = Watch("projects/z/rollouts/1", bell_);
  std::vector<store::Announcement> changes;
  for (int i = 0; i < 3000; ++i)
    changes.push_back({store::Topic::kRollout, "projects/a/rollouts/" + std::to_string(i)});
  changes.push_back({store::Topic::kRollout, "projects/z/rollouts/1"});
  notifier_.Publish(changes);
  EXPECT_TRUE(bell_.WaitFor(seconds(10)));
}

}  // namespace
}  // namespace argus::api
