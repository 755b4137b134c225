// Decides the runs whose holder is gone: never executes them again, only asks their target how they ended.
#pragma once

#include <chrono>
#include <mutex>
#include <set>

#include "command/task_run_progress.h"
#include "platform/runtime/runner_thread.h"
#include "platform/runtime/worker_pool.h"
#include "runner/outcome_proof.h"
#include "runner/run_services.h"
#include "runner/stop_signal.h"

namespace argus::runner {

struct ReconcileOptions {
  std::chrono::milliseconds interval{3000};
  // Longer than one question to a target takes; renewed before each.
  std::chrono::milliseconds lease{60000};
  ProofBounds bounds{};
};

// Runs from construction until Stop. Thread-safe. What `services` refers to must outlive it. On SQLite, whose data directory
// this process has locked, every run that is found RUNNING at the start belongs to a process that is gone: none waits for its
// lease.
class ReconcileRunner {
 public:
  explicit ReconcileRunner(const RunServices& services, const ReconcileOptions& options = {});
  ~ReconcileRunner();

  // Ends within one question to a target. What is undecided then is found again by the next start. Idempotent.
  void Stop();

 private:
  void Pass();
  Result<std::vector<domain::TaskRunName>> FindExpired(const RequestContext& ctx);
  Status ExpireAbandoned(const RequestContext& ctx);
  void Submit(const domain::TaskRunName& name);
  void Reconcile(const domain::TaskRunName& name);
  Status Decide(const RequestContext& ctx, const store::ClaimedRun& claimed);

  const RunServices services_;
  const ReconcileOptions options_;
  command::TaskRunProgress progress_;
  StopSignal stop_;
  const std::shared_ptr<CancelToken> cancel_ = std::make_shared<CancelToken>();
  bool abandoned_expired_ = false;  // The thread's own.
  std::mutex mutex_;
  std::set<domain::TaskRunName> under_way_;
  WorkerPool pool_;
  PeriodicThread thread_;  // Last: it uses all the others.
};

}  // namespace argus::runner
