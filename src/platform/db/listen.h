// Hints between the replicas on one database that something under a topic has changed: PostgreSQL's LISTEN/NOTIFY, or a
// loop-back within the process on SQLite. Hints may be lost or doubled; whoever listens reads the state again and polls
// slowly beneath.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "platform/base/result.h"
#include "platform/db/database.h"

namespace argus::db {

// Thread-safe. One thread and, on PostgreSQL, one connection of its own, so that NOTIFY never stands in a business
// transaction (it would serialize commits). Topics raised while one round trip is under way travel together, each once.
class Notifier {
 public:
  // Called on the notifier's thread, for hints of this process and of others; quick, without throwing, and without
  // touching subscriptions. The empty topic means that hints may have been missed: look at everything.
  using Callback = std::function<void(std::string_view topic)>;

  // Ends the calls when destroyed: afterwards none is running. Must not outlive the notifier.
  class Subscription {
   public:
    Subscription(Notifier* notifier, std::uint64_t id) : notifier_(notifier), id_(id) {}
    Subscription(Subscription&& other) noexcept : notifier_(std::exchange(other.notifier_, nullptr)), id_(other.id_) {}
    Subscription& operator=(Subscription&&) = delete;
    ~Subscription() {
      if (notifier_) notifier_->Unsubscribe(id_);
    }

   private:
    Notifier* notifier_;
    std::uint64_t id_;
  };

  // Does not wait for the connection: it is made, and made again, in the background.
  static Result<std::unique_ptr<Notifier>> Open(const Options& options);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Call it after the commit. Returns at once. `topic` is a short constant text.
  void Notify(std::string_view topic);
  [[nodiscard]] Subscription OnNotify(Callback callback);

 private:
  class Channel;
  using Topics = std::set<std::string, std::less<>>;

  Notifier(std::unique_ptr<Channel> channel, std::shared_ptr<CancelToken> stop);
  void Unsubscribe(std::uint64_t id);
  void Run();
  void Wait();
  void Wake();
  Topics TakePending();
  void Deliver(const Topics& topics);

  const int wake_;                          // eventfd
  const std::unique_ptr<Channel> channel_;  // Null on SQLite. Used by the thread only.
  const std::shared_ptr<CancelToken> stop_;
  std::mutex mutex_;
  Topics pending_;
  std::mutex callbacks_mutex_;  // Held while callbacks run.
  std::map<std::uint64_t, Callback> callbacks_;
  std::uint64_t next_id_ = 0;
  std::thread thread_;
};

}  // namespace argus::db
