// Who wants to know that something was committed: runners to wake up, watch streams, caches.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace argus::store {

enum class Topic {
  kUser,  // a user, session or group changed: cached tokens and assignments are stale
  kIam,   // an IAM policy or custom role changed
  kSetting,
  kProject,
  kInstance,
  kDatabase,
  kPlan,
  kPlanCheckRun,
  kIssue,
  kRollout,  // the rollout, one of its tasks or task runs changed
  kTaskRun,  // a run is to be claimed or to be cancelled
  kSchemaSync,  // the schema of a database is to be read again
};
// "TASK_RUN": how the outbox spells it.
std::string_view TopicName(Topic topic);
std::optional<Topic> ParseTopic(std::string_view name);
std::vector<Topic> AllTopics();

// A level-triggered hint in no order: read the state again. `version` is the resource's etag number, 0 where it has
// none.
struct Announcement {
  Topic topic;
  std::string resource;
  std::int64_t version = 0;
  friend bool operator==(const Announcement&, const Announcement&) = default;
};

// Hands announcements to their listeners, on the thread that publishes. Thread-safe.
class Notifier {
  struct State;

 public:
  // Must be quick, must not throw and must neither subscribe nor unsubscribe.
  using Listener = std::function<void(const Announcement&)>;

  // Ends when destroyed; afterwards the listener is not running and will not run again. May outlive the notifier.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&& other) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription();

   private:
    friend class Notifier;
    Subscription(std::shared_ptr<State> state, std::uint64_t id) : state_(std::move(state)), id_(id) {}
    std::shared_ptr<State> state_;
    std::uint64_t id_ = 0;
  };

  Notifier();
  [[nodiscard]] Subscription Subscribe(Topic topic, Listener listener);
  void Publish(std::span<const Announcement> announcements);

 private:
  struct State {
    struct Entry {
      Topic topic;
      Listener listener;
    };
    std::shared_mutex mutex;
    std::uint64_t next_id = 1;
    std::map<std::uint64_t, Entry> entries;
  };
  std::shared_ptr<State> state_;
};

}  // namespace argus::store
