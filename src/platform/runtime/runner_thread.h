// The thread under every background runner.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "platform/runtime/wakeup.h"

namespace argus {

// Runs `fn` at once, then whenever it is woken and at the latest `interval` after its last run ended; never twice at the
// same time. `fn` must not throw and must not destroy or stop its own thread. Thread-safe.
class PeriodicThread {
 public:
  // The first 15 bytes of `name` are the thread's name.
  PeriodicThread(std::string name, std::chrono::milliseconds interval, std::function<void()> fn);
  ~PeriodicThread();
  PeriodicThread(const PeriodicThread&) = delete;
  PeriodicThread& operator=(const PeriodicThread&) = delete;

  // A run begins after this call, even when one is under way.
  void Wake();
  // Waits for a run under way; none begins afterwards. Called by the owner, once or more.
  void Stop();
  // True once Stop has begun: a long `fn` may look and return early.
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }

 private:
  void Run();

  const std::string name_;
  const std::chrono::milliseconds interval_;
  const std::function<void()> fn_;
  std::atomic<bool> stopping_{false};
  Wakeup wakeup_;
  std::thread thread_;
};

}  // namespace argus
