// Carries out task runs: claims each as soon as it may start, and several at once.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "command/task_run_progress.h"
#include "platform/runtime/wakeup.h"
#include "platform/runtime/worker_pool.h"
#include "runner/active_run.h"
#include "runner/run_attendant.h"
#include "runner/run_services.h"
#include "runner/stop_signal.h"
#include "store/notifier.h"

namespace argus::runner {

struct TaskRunOptions {
  // Runs at once; never two on one database.
  std::size_t workers = 8;
  std::chrono::milliseconds lease{30000};
  std::chrono::milliseconds renewal{5000};
  // How often to look without having been woken.
  std::chrono::milliseconds poll{2000};
};

// Runs from construction until Stop. Thread-safe. What `services` refers to must outlive it.
class TaskRunRunner {
 public:
  explicit TaskRunRunner(const RunServices& services, const TaskRunOptions& options = {});
  // Stops at once if nobody did.
  ~TaskRunRunner();

  // Claims nothing more and lets what runs come to its end until `deadline`; the rest is interrupted on its target and recorded
  // as what the proof says. Runs whose COMMIT is under way are waited for. True when nothing had to be interrupted. Idempotent.
  bool Stop(MonotonicTime deadline);

 private:
  void Loop();
  void WakeUp();
  void ClaimAll();
  bool ClaimOne();
  void Dispatch(store::ClaimedRun claimed, MonotonicTime leased_at);
  Result<bool> AnyDue(const RequestContext& ctx);
  std::chrono::milliseconds UntilNextRun();
  store::Notifier::Subscription WakeOn(store::Topic topic);

  const RunServices services_;
  const TaskRunOptions options_;
  command::TaskRunProgress progress_;
  std::atomic<bool> stopping_{false};
  StopSignal give_up_;
  Wakeup wakeup_;
  Timestamp next_due_ = Timestamp::max();  // The loop's own, like the next three.
  bool failed_ = false;
  TraceContext trace_;  // of the wake-up
  std::vector<std::int64_t> held_;
  ActiveRuns active_;
  RunAttendant attendant_;
  WorkerPool pool_;
  std::vector<store::Notifier::Subscription> subscriptions_;
  std::thread loop_;
};

}  // namespace argus::runner
