// Where finished lines go. Used by the log's own thread alone, and by a crash handler once that thread stands still.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "platform/telemetry/log/record.h"

namespace argus::log {

// How long an output waits for what takes its bytes.
enum class Mode {
  kRunning,   // as long as it takes
  kStopping,  // until nothing was taken for kStallLimit
  kCrashing,  // the log's thread not at all: it leaves its state as it is; the crash handler as when stopping
};

inline constexpr std::chrono::milliseconds kStallLimit{2000};

// Shared between the threads that log, the one that writes and a crash handler.
struct OutputState {
  std::atomic<Mode> mode{Mode::kRunning};
  std::atomic<bool> in_handler{false};
  std::atomic<std::uint64_t> lost{0};          // lines: failed writes
  std::atomic<std::uint64_t> write_errors{0};  // failed writes
  std::atomic<std::uint64_t> progress{0};      // successful writes and losses

  bool abandoned() const { return mode == Mode::kCrashing && !in_handler; }
};

// A failed write loses the lines it concerns, is counted and leaves the output alive; SIGPIPE is not raised in the log's
// thread, which blocks all signals.
class Output {
 public:
  virtual ~Output() = default;
  // Takes the line and may write it; `stack` as Format::finish wants it. Async-signal-safe for lines within the bounds
  // of line.h.
  virtual void Add(const Record& record, std::string_view stack) = 0;
  // Writes everything that was added.
  virtual void Commit() = 0;
};

// Waits until `fd` can be written. False when it took too long for the mode. True also on a broken descriptor: the write
// then says what is wrong.
bool WaitWritable(int fd, const OutputState& state);

}  // namespace argus::log
