// A bell between threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace argus {

// Level-triggered: a signal given while nobody waits is kept, several before the next wait count as one. Thread-safe.
class Wakeup {
 public:
  void Signal();
  // Returns at the next signal, or at once when one is kept, and takes it; true then. False when `timeout` passed first.
  bool WaitFor(std::chrono::milliseconds timeout);

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  bool signalled_ = false;
};

}  // namespace argus
