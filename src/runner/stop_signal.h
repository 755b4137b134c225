// Telling several threads at once to stop waiting.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace argus::runner {

// Given once, for good. Thread-safe.
class StopSignal {
 public:
  void Give() {
    {
      const std::lock_guard lock(mutex_);
      given_ = true;
    }
    changed_.notify_all();
  }
  bool given() const {
    const std::lock_guard lock(mutex_);
    return given_;
  }
  // True as soon as the signal is given, false after `time`.
  bool WaitFor(std::chrono::milliseconds time) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return given_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool given_ = false;
};

}  // namespace argus::runner
