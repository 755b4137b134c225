// The one thread that takes records off their queue and gives them to the output.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "platform/telemetry/log/output.h"
#include "platform/telemetry/log/record_queue.h"

namespace argus::log {

// Thread-safe. All that it is given must outlive it.
class LogThread {
 public:
  LogThread(RecordQueue& queue, Output& output, OutputState& state);
  // Writes what is queued; gives up, and counts the rest as lost, once the output took nothing for kStallLimit.
  ~LogThread();
  LogThread(const LogThread&) = delete;
  LogThread& operator=(const LogThread&) = delete;

  // After a push. Costs a look at a flag, unless the thread sleeps after a long silence.
  void Notify() {
    if (asleep_.load()) Wake();
  }
  // Returns when everything pushed before the call is written or lost, at the latest after kStallLimit without progress.
  void Flush();
  // Records taken from the queue, by level.
  std::uint64_t taken(Level level) const { return taken_[static_cast<std::size_t>(level)]; }

  // Within a crash handler: halts the thread and writes all that is queued from the calling one, with addresses for
  // stacks; within some seconds. Async-signal-safe. Nothing else works afterwards, but Output through this.
  void DrainInHandler();

 private:
  void Run();
  void Round();
  bool Rest();
  void HaltIfCrashing();
  void Wake();
  bool AwaitHalt() const;

  RecordQueue& queue_;
  Output& output_;
  OutputState& state_;
  std::array<std::atomic<std::uint64_t>, kLevels> taken_{};

  std::atomic<bool> asleep_{false};  // someone must Wake()
  std::atomic<bool> still_{false};   // the thread touches neither queue nor output
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable flushed_;
  std::uint64_t flush_asked_ = 0;
  std::uint64_t flush_done_ = 0;
  bool has_read_symbols_ = false;  // the thread's own
  std::thread thread_;
};

}  // namespace argus::log
