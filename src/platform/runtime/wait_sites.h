// Where threads wait for one another: how often and how long, by call stack. Fed by Mutex and ConditionVariable.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace argus {

// One call stack. Lives as long as the process; thread-safe.
class WaitSite {
 public:
  static constexpr std::size_t kMaxFrames = 32;

  explicit WaitSite(std::span<const std::uintptr_t> frames);

  void Add(std::chrono::nanoseconds waited);
  // Return addresses, innermost first.
  std::span<const std::uintptr_t> frames() const { return {frames_.data(), size_}; }
  std::int64_t count() const { return count_.load(std::memory_order_relaxed); }
  std::chrono::nanoseconds waited() const { return std::chrono::nanoseconds(nanos_.load(std::memory_order_relaxed)); }

 private:
  std::array<std::uintptr_t, kMaxFrames> frames_{};
  std::size_t size_;
  std::atomic<std::int64_t> count_{0};
  std::atomic<std::int64_t> nanos_{0};
};

// A bounded table of sites; lock-free, so that it may be used while locks are held.
class WaitSites {
 public:
  static constexpr std::size_t kCapacity = 2048;

  ~WaitSites();

  // The site of the caller's caller; null when the table is full.
  WaitSite* Here();
  std::vector<const WaitSite*> All() const;

 private:
  WaitSite* Find(std::span<const std::uintptr_t> frames);

  std::array<std::atomic<WaitSite*>, kCapacity> slots_{};
};

// Those who held a lock for which others waited: "mutex" in pprof's words.
WaitSites& ContendedHolders();
// Those who waited, for a lock or a condition: "block".
WaitSites& BlockedWaiters();

// Off at first, and then waits are not measured. Process-wide; stays on.
void RecordWaits();
bool WaitsAreRecorded();

}  // namespace argus
