// std::mutex and std::condition_variable that tell the profiles who waited for whom. An uncontended lock costs what
// std::mutex costs and one load.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include "platform/base/clock.h"
#include "platform/runtime/wait_sites.h"

namespace argus {

// For std::lock_guard and std::unique_lock. Each wait is charged to the stack that waited, and to the stack that
// unlocked last and so let it wait. Not recursive.
class Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() {
    if (!mutex_.try_lock()) [[unlikely]] LockContended();
  }
  bool try_lock() { return mutex_.try_lock(); }
  void unlock() {
    NameHolder();
    mutex_.unlock();
  }

 private:
  friend class ConditionVariable;

  void NameHolder() {
    if (waiting_.load(std::memory_order_relaxed) != 0) [[unlikely]] NameContendedHolder();
  }
  void LockContended();
  void NameContendedHolder();

  std::mutex mutex_;
  std::atomic<std::uint32_t> waiting_{0};
  WaitSite* holder_ = nullptr;  // Guarded by mutex_: whom the next waiter has waited for.
};

// With Mutex only. Every form may wake without cause, as std::condition_variable's may.
class ConditionVariable {
 public:
  void notify_one() noexcept { changed_.notify_one(); }
  void notify_all() noexcept { changed_.notify_all(); }

  // For threads with nothing to do: idleness, which is not charged to anyone.
  void WaitIdle(std::unique_lock<Mutex>& lock) { Wait(lock, [&](auto& native) { changed_.wait(native); }); }
  // False when `until` came first. Charged to the caller.
  bool WaitUntil(std::unique_lock<Mutex>& lock, MonotonicTime until);

 private:
  // Lends the held std::mutex to std::condition_variable.
  template <typename Fn>
  void Wait(std::unique_lock<Mutex>& lock, Fn wait) {
    lock.mutex()->NameHolder();
    std::unique_lock native(lock.mutex()->mutex_, std::adopt_lock);
    wait(native);
    native.release();
  }

  std::condition_variable changed_;
};

}  // namespace argus
