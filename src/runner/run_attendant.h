// Keeps the leases of the runs under way, and hears when one is to stop.
#pragma once

#include <chrono>

#include "command/task_run_progress.h"
#include "platform/runtime/runner_thread.h"
#include "runner/active_run.h"
#include "runner/run_services.h"
#include "store/notifier.h"

namespace argus::runner {

// A thread of its own, so that no statement, however long, keeps a lease from being renewed.
class RunAttendant {
 public:
  // The references must outlive it.
  RunAttendant(const RunServices& services, ActiveRuns& runs, std::chrono::milliseconds lease,
               std::chrono::milliseconds renewal);
  // Ends the thread.
  void Stop() { thread_.Stop(); }

 private:
  void Pass();
  void StopOverdue();
  void RenewAll();
  bool Renew(ActiveRun& run);
  void ObeyCancel(ActiveRun& run);
  void LoseLease(ActiveRun& run);

  const RunServices& services_;
  command::TaskRunProgress progress_;
  ActiveRuns& runs_;
  const std::chrono::milliseconds lease_;
  const std::chrono::milliseconds renewal_;
  MonotonicTime last_renewal_;
  PeriodicThread thread_;
  store::Notifier::Subscription subscription_;
};

}  // namespace argus::runner
