#include "runner/run_attendant.h"

#include "domain/reasons.h"
#include "runner/log_events.h"

namespace argus::runner {
namespace {

using Monotonic = std::chrono::steady_clock;

// One attempt at one renewal; the next pass tries again.
constexpr std::chrono::milliseconds kPatience{3000};

RequestContext ContextFor(const ActiveRun& run) {
  auto ctx = RunContext(run.claimed().origin, kTaskRunActor);
  ctx.deadline = Monotonic::now() + kPatience;
  return ctx;
}

}  // namespace

RunAttendant::RunAttendant(const RunServices& services, ActiveRuns& runs, std::chrono::milliseconds lease,
                           std::chrono::milliseconds renewal)
    : services_(services),
      progress_(services.metastore, services.changes),
      runs_(runs),
      lease_(lease),
      renewal_(renewal),
      last_renewal_(Monotonic::now()),
      thread_("run_attendant", renewal, [this] { Pass(); }),
      subscription_(services.metastore.notifier().Subscribe(
          store::Topic::kTaskRun, [this](const store::Announcement& announcement) {
            if (runs_.NoteChange(announcement.resource)) thread_.Wake();
          })) {}

void RunAttendant::Pass() {
  const bool due = Monotonic::now() - last_renewal_ >= renewal_;
  if (due) RenewAll();
  for (const auto& run : runs_.All()) {
    if (run->TakeChange() || due) ObeyCancel(*run);
  }
  StopOverdue();
}

// A metastore that does not answer is not asked once for each run: the clock decides for them all.
void RunAttendant::RenewAll() {
  last_renewal_ = Monotonic::now();
  for (const auto& run : runs_.All()) {
    if (!Renew(*run)) return;
  }
}

// False when the metastore did not answer.
bool RunAttendant::Renew(ActiveRun& run) {
  const auto asked_at = Monotonic::now();
  const auto status = progress_.RenewLease(ContextFor(run), run.claimed().token, lease_);
  if (status.ok()) {
    run.Renewed(asked_at);
    return true;
  }
  const bool lost = status.error().reason() == reasons::kLeaseLost;
  if (lost) LoseLease(run);
  return lost;
}

void RunAttendant::StopOverdue() {
  for (const auto& run : runs_.All()) {
    if (!run->LeaseHolds(Monotonic::now())) LoseLease(*run);
  }
}

void RunAttendant::LoseLease(ActiveRun& run) {
  if (run.stop_reason() == StopReason::kNone) {
    services_.logger.Log(run.ctx(), events::kLeaseLost, {{"task_run", run.claimed().name.ToString()}});
  }
  run.Stop(StopReason::kLeaseLost);
}

void RunAttendant::ObeyCancel(ActiveRun& run) {
  const auto ctx = ContextFor(run);
  auto reader = services_.metastore.Read(ctx);
  const auto row = store::GetTaskRun(reader, run.claimed().name);
  if (!row.ok()) return run.NoteChange();
  if (row->cancel_requested()) run.Stop(StopReason::kCancel);
}

}  // namespace argus::runner
