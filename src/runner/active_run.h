// A task run that this process carries out: who may stop it, and whether the lease is still ours.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "platform/base/clock.h"
#include "platform/runtime/context.h"
#include "store/task_run_store.h"
#include "target/driver.h"

namespace argus::runner {

enum class StopReason { kNone, kCancel, kShutdown, kLeaseLost };

// Thread-safe but for the claim, which is constant.
class ActiveRun {
 public:
  // `leased_at`: our monotonic time before the claim was sent.
  ActiveRun(store::ClaimedRun claimed, MonotonicTime leased_at, std::chrono::milliseconds lease);

  const store::ClaimedRun& claimed() const { return claimed_; }
  // Ends with the stop.
  const RequestContext& ctx() const { return ctx_; }
  MonotonicTime start() const { return start_; }

  // The first reason stays. Interrupts the statement that runs on the target, if COMMIT was not sent.
  void Stop(StopReason reason);
  StopReason stop_reason() const;

  // The connection that a stop interrupts; null: none. It must not be destroyed while it is attached.
  void Attach(target::Connection* connection);

  // `asked_at`: our monotonic time before the renewal was sent.
  void Renewed(MonotonicTime asked_at);
  // A holder stops itself at two thirds of the lease by its own clock, well before anyone may take over.
  bool LeaseHolds(MonotonicTime now) const;

  // Somebody changed the run's row; taken back by the call that sees it.
  void NoteChange() { changed_.store(true, std::memory_order_release); }
  bool TakeChange() { return changed_.exchange(false, std::memory_order_acq_rel); }

 private:
  const store::ClaimedRun claimed_;
  const RequestContext ctx_;
  const MonotonicTime start_;
  const std::chrono::milliseconds lease_;
  std::atomic<MonotonicTime::rep> leased_at_;
  std::atomic<bool> changed_{true};  // A cancel may have come between the claim and now.
  mutable std::mutex mutex_;
  StopReason reason_ = StopReason::kNone;
  target::Connection* connection_ = nullptr;
};

// The runs under way. Thread-safe.
class ActiveRuns {
 public:
  void Add(std::shared_ptr<ActiveRun> run);
  void Remove(const ActiveRun& run);
  std::size_t size() const;
  std::vector<std::shared_ptr<ActiveRun>> All() const;
  // True if the named run is under way here; its change is noted.
  bool NoteChange(std::string_view name);
  // False when some are left at `deadline`.
  bool WaitUntilEmpty(MonotonicTime deadline) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable emptied_;
  std::map<std::string, std::shared_ptr<ActiveRun>, std::less<>> runs_;  // by name
};

}  // namespace argus::runner
