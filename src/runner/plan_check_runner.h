// Carries out the checks of plans, several at once.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "command/plan_check_progress.h"
#include "platform/runtime/runner_thread.h"
#include "platform/runtime/worker_pool.h"
#include "runner/plan_check.h"
#include "runner/run_services.h"
#include "store/notifier.h"

namespace argus::runner {

struct PlanCheckOptions {
  std::size_t workers = 4;
  std::chrono::milliseconds lease{30000};
  std::chrono::milliseconds renewal{8000};
  // How often to look without having been woken, for work and for checks whose holder is gone.
  std::chrono::milliseconds poll{3000};
  // For one check.
  std::chrono::milliseconds patience{120000};
};

// Runs from construction until Stop. Thread-safe. The references must outlive it. A check may be made again at any time: one that
// is cut off goes back to the queue once its lease is over.
class PlanCheckRunner {
 public:
  PlanCheckRunner(const RunServices& services, review::Reviewer& reviewer, const PlanCheckOptions& options = {});
  ~PlanCheckRunner();

  // Cuts off what is under way. Idempotent.
  void Stop();

 private:
  struct ActiveCheck {
    store::RunToken token;
    std::shared_ptr<CancelToken> cancel;
  };

  void Pass();
  void PassFailed(const RequestContext& ctx, const Error& error);
  void RequeueExpired();
  bool ClaimOne();
  void Dispatch(store::ClaimedCheck check);
  void Carry(const store::ClaimedCheck& check, const std::shared_ptr<CancelToken>& cancel);
  void Finish(const RequestContext& ctx, const store::ClaimedCheck& check, const v1::PlanCheckRun& outcome);
  void RenewAll();
  std::size_t active_count();
  std::map<std::int64_t, ActiveCheck> active();

  const RunServices services_;
  const PlanCheckOptions options_;
  PlanChecks checks_;
  command::PlanCheckProgress progress_;
  std::mutex mutex_;
  std::map<std::int64_t, ActiveCheck> active_;
  MonotonicTime last_requeue_{};  // The claiming thread's own, like the next two.
  bool failed_ = false;
  TraceContext trace_;  // of the wake-up
  WorkerPool pool_;
  PeriodicThread renewing_;
  PeriodicThread claiming_;
  store::Notifier::Subscription subscription_;
};

}  // namespace argus::runner
