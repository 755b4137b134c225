#include "runner/task_run_runner.h"

#include <pthread.h>

#include "command/system_context.h"
#include "runner/log_events.h"
#include "runner/run_execution.h"

namespace argus::runner {
namespace {

using Monotonic = std::chrono::steady_clock;
using std::chrono::milliseconds;

// After the interrupt: for the targets to answer and the outcomes to be written.
constexpr milliseconds kAfterInterrupt{10000};
constexpr milliseconds kClaimPatience{15000};

RequestContext ClaimContext(const TraceContext& trace) {
  auto ctx = command::SystemContext("task_run");
  ctx.trace = trace;
  ctx.deadline = Monotonic::now() + kClaimPatience;
  return ctx;
}

}  // namespace

TaskRunRunner::TaskRunRunner(const RunServices& services, const TaskRunOptions& options)
    : services_(services),
      options_(options),
      progress_(services.metastore, services.changes),
      attendant_(services_, active_, options.lease, options.renewal),
      pool_("task_run", options.workers, options.workers) {
  // Work to claim, and all that opens a gate: settings, approvals, checks.
  for (const auto topic : {store::Topic::kTaskRun, store::Topic::kSetting, store::Topic::kIssue, store::Topic::kPlan}) {
    subscriptions_.push_back(WakeOn(topic));
  }
  loop_ = std::thread([this] { Loop(); });
}

TaskRunRunner::~TaskRunRunner() { Stop(Monotonic::now()); }

store::Notifier::Subscription TaskRunRunner::WakeOn(store::Topic topic) {
  return services_.metastore.notifier().Subscribe(topic, [this](const store::Announcement&) { wakeup_.Signal(); });
}

bool TaskRunRunner::Stop(MonotonicTime deadline) {
  if (stopping_.exchange(true)) return true;
  wakeup_.Signal();
  loop_.join();
  subscriptions_.clear();
  const bool ended = active_.WaitUntilEmpty(deadline);
  for (const auto& run : active_.All()) run->Stop(StopReason::kShutdown);
  active_.WaitUntilEmpty(Monotonic::now() + kAfterInterrupt);
  give_up_.Give();
  pool_.Stop();
  attendant_.Stop();
  return ended;
}

void TaskRunRunner::Loop() {
  pthread_setname_np(pthread_self(), "task_run_claim");
  while (!stopping_) {
    held_.clear();
    failed_ = false;
    WakeUp();
    services_.metrics.PassEnded(Runner::kTaskRun, !failed_);
    wakeup_.WaitFor(UntilNextRun());
  }
}

void TaskRunRunner::WakeUp() {
  const auto span = services_.tracer.Start({}, {.name = "wake task_run"});
  trace_ = span.context();
  ClaimAll();
}

void TaskRunRunner::ClaimAll() {
  while (!stopping_ && active_.size() < options_.workers && ClaimOne()) {
  }
}

// False when there is nothing to claim now.
bool TaskRunRunner::ClaimOne() {
  const auto ctx = ClaimContext(trace_);
  const auto leased_at = Monotonic::now();
  const auto due = AnyDue(ctx);
  if (due.ok() && !*due) return false;
  auto claimed = due.ok() ? progress_.Claim(ctx, services_.metastore.replica(), options_.lease, held_)
                          : Result<std::optional<store::ClaimedRun>>(due.error());
  if (!claimed.ok()) {
    failed_ = true;
    services_.logger.Log(ctx, events::kPassFailed, claimed.error());
  }
  if (!claimed.ok() || !*claimed) return false;
  Dispatch(**std::move(claimed), leased_at);
  return true;
}

// A read, which costs less than a claim that finds nothing.
Result<bool> TaskRunRunner::AnyDue(const RequestContext& ctx) {
  auto reader = services_.metastore.Read(ctx);
  ARGUS_ASSIGN(const auto next, store::NextRunAfter(reader));
  next_due_ = next.value_or(Timestamp::max());
  return next && *next <= services_.metastore.clock().Now();
}

void TaskRunRunner::Dispatch(store::ClaimedRun claimed, MonotonicTime leased_at) {
  auto run = std::make_shared<ActiveRun>(std::move(claimed), leased_at, options_.lease);
  active_.Add(run);
  const bool accepted = pool_.TrySubmit([this, run] {
    RunExecution(services_, *run, give_up_).Execute();
    active_.Remove(*run);
    wakeup_.Signal();
  });
  if (!accepted) active_.Remove(*run);  // Its lease ends, and reconciliation finds that nothing was sent.
}

milliseconds TaskRunRunner::UntilNextRun() {
  const Timestamp now = services_.metastore.clock().Now();
  if (next_due_ <= now || next_due_ - now >= options_.poll) return options_.poll;
  return std::chrono::ceil<milliseconds>(next_due_ - now);
}

}  // namespace argus::runner
