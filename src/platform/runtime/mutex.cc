#include "platform/runtime/mutex.h"

namespace argus {

using Monotonic = std::chrono::steady_clock;

// Not inlined, so that a site's innermost frame is whoever locks.
__attribute__((noinline)) void Mutex::LockContended() {
  if (!WaitsAreRecorded()) return mutex_.lock();
  const auto since = Monotonic::now();
  waiting_.fetch_add(1, std::memory_order_relaxed);
  mutex_.lock();
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  const auto waited = Monotonic::now() - since;
  if (WaitSite* holder = std::exchange(holder_, nullptr)) holder->Add(waited);
  if (WaitSite* here = BlockedWaiters().Here()) here->Add(waited);
}

__attribute__((noinline)) void Mutex::NameContendedHolder() { holder_ = ContendedHolders().Here(); }

__attribute__((noinline)) bool ConditionVariable::WaitUntil(std::unique_lock<Mutex>& lock, MonotonicTime until) {
  const auto since = Monotonic::now();
  auto status = std::cv_status::no_timeout;
  Wait(lock, [&](auto& native) { status = changed_.wait_until(native, until); });
  if (WaitsAreRecorded()) {
    if (WaitSite* here = BlockedWaiters().Here()) here->Add(Monotonic::now() - since);
  }
  return status == std::cv_status::no_timeout;
}

}  // namespace argus
