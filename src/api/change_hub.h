// Wakes streams when what they show may have changed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.h"
#include "platform/runtime/runner_thread.h"
#include "store/notifier.h"

namespace argus::api {

// Stands between the notifier and the streams: a commit only leaves a note here, and a thread of the hub's own wakes,
// so that no stream ever runs or ends inside of a commit. Wakes every watcher now and then as well, for what changes
// with time alone. Thread-safe.
class ChangeHub {
 public:
  explicit ChangeHub(store::Notifier& notifier);

  // Ends when destroyed. Must not outlive the hub.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();

   private:
    friend class ChangeHub;
    Watch(ChangeHub* hub, std::uint64_t id) : hub_(hub), id_(id) {}
    ChangeHub* hub_ = nullptr;
    std::uint64_t id_ = 0;
  };

  // Calls `wake` after a change of one of `resources` or of anything below it ("projects/p/rollouts/1" or "settings"),
  // once for several changes that come close together; on the hub's thread, holding no lock, perhaps still once after
  // the watch has ended.
  [[nodiscard]] Watch Add(std::vector<std::string> resources, std::function<void()> wake);

 private:
  struct Watcher {
    std::vector<std::string> resources;
    std::function<void()> wake;
  };

  void Note(const std::string& resource);
  void Remove(std::uint64_t id);
  void WakeWatchers();
  std::vector<std::function<void()>> TakeWakes();

  std::mutex mutex_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Watcher> watchers_;
  std::set<std::string> changed_;
  MonotonicTime next_poll_;
  PeriodicThread waker_;
  std::vector<store::Notifier::Subscription> subscriptions_;  // Last: they end first.
};

}  // namespace argus::api
