#include "runner/plan_check_runner.h"

#include "command/system_context.h"
#include "domain/reasons.h"
#include "platform/runtime/work_scope.h"
#include "runner/log_events.h"

namespace argus::runner {
namespace {

using Monotonic = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view kActor = "system/plan_check";
constexpr milliseconds kMetastorePatience{10000};

RequestContext PassContext(const TraceContext& trace) {
  auto ctx = command::SystemContext("plan_check");
  ctx.trace = trace;
  ctx.deadline = Monotonic::now() + kMetastorePatience;
  return ctx;
}

}  // namespace

PlanCheckRunner::PlanCheckRunner(const RunServices& services, review::Reviewer& reviewer, const PlanCheckOptions& options)
    : services_(services),
      options_(options),
      checks_(services.metastore, services.targets, reviewer),
      progress_(services.metastore, services.changes),
      pool_("plan_check", options.workers, options.workers),
      renewing_("check_renewal", options.renewal, [this] { RenewAll(); }),
      claiming_("check_claim", options.poll, [this] { Pass(); }),
      subscription_(services.metastore.notifier().Subscribe(store::Topic::kPlanCheckRun,
                                                            [this](const store::Announcement&) { claiming_.Wake(); })) {}

PlanCheckRunner::~PlanCheckRunner() { Stop(); }

void PlanCheckRunner::Stop() {
  claiming_.Stop();
  for (const auto& [id, check] : active()) check.cancel->Cancel();
  pool_.Stop();
  renewing_.Stop();
}

void PlanCheckRunner::Pass() {
  failed_ = false;
  const auto span = services_.tracer.Start({}, {.name = "wake plan_check"});
  trace_ = span.context();
  RequeueExpired();
  while (!claiming_.stopping() && active_count() < options_.workers && ClaimOne()) {
  }
  services_.metrics.PassEnded(Runner::kPlanCheck, !failed_);
}

void PlanCheckRunner::PassFailed(const RequestContext& ctx, const Error& error) {
  failed_ = true;
  services_.logger.Log(ctx, events::kPassFailed, error);
}

void PlanCheckRunner::RequeueExpired() {
  if (Monotonic::now() - last_requeue_ < options_.poll) return;
  last_requeue_ = Monotonic::now();
  const auto ctx = PassContext(trace_);
  const auto requeued = progress_.RequeueExpired(ctx);
  if (!requeued.ok()) PassFailed(ctx, requeued.error());
}

// False when there is nothing to claim now.
bool PlanCheckRunner::ClaimOne() {
  const auto ctx = PassContext(trace_);
  auto reader = services_.metastore.Read(ctx);
  if (const auto pending = store::CountPendingPlanCheckRuns(reader); pending.ok() && *pending == 0) return false;
  auto claimed = progress_.Claim(ctx, services_.metastore.replica(), options_.lease);
  if (!claimed.ok()) PassFailed(ctx, claimed.error());
  if (!claimed.ok() || !*claimed) return false;
  Dispatch(**std::move(claimed));
  return true;
}

void PlanCheckRunner::Dispatch(store::ClaimedCheck check) {
  const auto cancel = std::make_shared<CancelToken>();
  const auto id = check.token.id;
  {
    const std::lock_guard lock(mutex_);
    active_.emplace(id, ActiveCheck{check.token, cancel});
  }
  const auto forget = [this, id] {
    const std::lock_guard lock(mutex_);
    active_.erase(id);
  };
  const bool accepted = pool_.TrySubmit([this, check = std::move(check), cancel, forget] {
    Carry(check, cancel);
    forget();
    claiming_.Wake();
  });
  if (!accepted) forget();  // Its lease ends.
}

void PlanCheckRunner::Carry(const store::ClaimedCheck& check, const std::shared_ptr<CancelToken>& cancel) {
  const WorkLabel label("runner", "plan_check");
  const WorkNote note("plan_check_run", check.run.name());
  auto ctx = RunContext(check.origin, kActor);
  ctx.cancel = cancel;
  ctx.deadline = Monotonic::now() + options_.patience;
  trace::Scope scope(services_.tracer, ctx, {.name = "plan check", .parent_is_remote = true});
  scope.span().SetAll({{"argus.plan_check_run", check.run.name()},
                       {"argus.type", v1::PlanCheckRun::Type_Name(check.run.type())}});
  auto outcome = checks_.Carry(ctx, check.run);
  if (cancel->cancelled()) return services_.logger.Log(ctx, events::kCheckDropped, {{"plan_check_run", check.run.name()}});
  if (!outcome.ok()) {
    outcome = check.run;
    outcome->set_state(v1::PlanCheckRun::FAILED);
    outcome->set_error("The check took too long.");
  }
  ctx.deadline = MonotonicTime::max();
  Finish(ctx, check, *outcome);
}

void PlanCheckRunner::Finish(const RequestContext& ctx, const store::ClaimedCheck& check, const v1::PlanCheckRun& outcome) {
  const auto finished = progress_.Finish(ctx, check, outcome);
  if (!finished.ok()) {
    const bool dropped = finished.error().reason() == reasons::kLeaseLost;
    services_.logger.Log(ctx, dropped ? events::kCheckDropped : events::kPassFailed, finished.error(),
                         {{"plan_check_run", check.run.name()}});
    return;
  }
  const bool failed = finished->state() == v1::PlanCheckRun::FAILED;
  services_.logger.Log(ctx, failed ? events::kCheckFailed : events::kCheckCompleted,
                       {{"plan_check_run", finished->name()},
                        {"type", v1::PlanCheckRun::Type_Name(finished->type())},
                        {"verdict", v1::PlanCheckRun::Verdict_Name(finished->verdict())},
                        {"target", finished->target()},
                        {"message", finished->error()}});
}

// A check that was canceled, replaced or taken over is cut off.
void PlanCheckRunner::RenewAll() {
  for (const auto& [id, check] : active()) {
    const auto renewed = progress_.Renew(PassContext(trace_), check.token, options_.lease);
    if (!renewed.ok() && renewed.error().reason() == reasons::kLeaseLost) check.cancel->Cancel();
  }
}

std::size_t PlanCheckRunner::active_count() {
  const std::lock_guard lock(mutex_);
  return active_.size();
}

std::map<std::int64_t, PlanCheckRunner::ActiveCheck> PlanCheckRunner::active() {
  const std::lock_guard lock(mutex_);
  return active_;
}

}  // namespace argus::runner
