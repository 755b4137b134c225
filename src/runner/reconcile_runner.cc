#include "runner/reconcile_runner.h"

#include "command/system_context.h"
#include "platform/runtime/work_scope.h"
#include "runner/log_events.h"
#include "runner/outcome_recorder.h"
#include "runner/run_outcome.h"

namespace argus::runner {
namespace {

using Monotonic = std::chrono::steady_clock;

constexpr std::string_view kActor = "system/reconcile";
constexpr std::size_t kThreads = 4;
constexpr std::size_t kQueue = 1000;

}  // namespace

ReconcileRunner::ReconcileRunner(const RunServices& services, const ReconcileOptions& options)
    : services_(services),
      options_(options),
      progress_(services.metastore, services.changes),
      pool_("reconcile", kThreads, kQueue),
      thread_("reconcile", options.interval, [this] { Pass(); }) {}

ReconcileRunner::~ReconcileRunner() { Stop(); }

void ReconcileRunner::Stop() {
  cancel_->Cancel();
  stop_.Give();
  thread_.Stop();
  pool_.Stop();
}

void ReconcileRunner::Pass() {
  auto ctx = command::SystemContext("reconcile");
  ctx.cancel = cancel_;
  trace::Scope scope(services_.tracer, ctx, {.name = "wake reconcile"});
  const auto expired = scope.Ended(FindExpired(ctx));
  if (!expired.ok() && !stop_.given()) services_.logger.Log(ctx, events::kPassFailed, expired.error());
  services_.metrics.PassEnded(Runner::kReconcile, expired.ok());
  if (!expired.ok()) return;
  for (const auto& name : *expired) Submit(name);
}

Result<std::vector<domain::TaskRunName>> ReconcileRunner::FindExpired(const RequestContext& ctx) {
  ARGUS_RETURN_IF_ERROR(ExpireAbandoned(ctx));
  ARGUS_ASSIGN(const auto now, services_.metastore.LeaseNow(ctx));
  auto reader = services_.metastore.Read(ctx);
  return store::ListExpired(reader, now);
}

Status ReconcileRunner::ExpireAbandoned(const RequestContext& ctx) {
  if (abandoned_expired_ || services_.metastore.dialect() != db::Dialect::kSqlite) return Ok();
  ARGUS_RETURN_IF_ERROR(progress_.ExpireLeasesOfOthers(ctx, services_.metastore.replica()));
  abandoned_expired_ = true;
  return Ok();
}

void ReconcileRunner::Submit(const domain::TaskRunName& name) {
  {
    const std::lock_guard lock(mutex_);
    if (!under_way_.insert(name).second) return;
  }
  const bool accepted = pool_.TrySubmit([this, name] {
    if (!stop_.given()) Reconcile(name);
    const std::lock_guard lock(mutex_);
    under_way_.erase(name);
  });
  if (accepted) return;
  const std::lock_guard lock(mutex_);
  under_way_.erase(name);
}

void ReconcileRunner::Reconcile(const domain::TaskRunName& name) {
  const WorkLabel label("runner", "reconcile");
  auto ctx = command::SystemContext("reconcile");
  const auto claimed = progress_.TakeOver(ctx, name, services_.metastore.replica(), options_.lease);
  if (!claimed.ok()) return services_.logger.Log(ctx, events::kPassFailed, claimed.error());
  if (!*claimed) return;
  ctx = RunContext((*claimed)->origin, kActor);
  trace::Scope scope(services_.tracer, ctx, {.name = "reconcile task run", .parent_is_remote = true});
  scope.span().Set({"argus.task_run", name.ToString()});
  services_.logger.Log(ctx, events::kReconciling, {{"task_run", name.ToString()}});
  const auto decided = scope.Ended(Decide(ctx, **claimed));
  if (!decided.ok() && !stop_.given()) {
    services_.logger.Log(ctx, events::kRunNotRecorded, decided.error(), {{"task_run", name.ToString()}});
  }
}

Status ReconcileRunner::Decide(const RequestContext& ctx, const store::ClaimedRun& claimed) {
  auto ask_ctx = ctx;
  ask_ctx.cancel = cancel_;
  const auto start = Monotonic::now();
  const auto still_ours = [&] { return progress_.RenewLease(ctx, claimed.token, options_.lease); };
  ARGUS_ASSIGN(const auto proof, ProveOutcome(services_, ask_ctx, claimed, claimed.intent, options_.bounds, stop_, still_ours));
  RunReport report{.outcome = FromProof(claimed.run, proof, "the process that ran it is gone"),
                   .log_rest = {},
                   .start = start};
  return RecordOutcome(services_, ctx, claimed, std::move(report), [this] { return stop_.given(); });
}

}  // namespace argus::runner
