#include "runner/outcome_recorder.h"

#include <thread>

#include "domain/reasons.h"
#include "domain/run_error.h"
#include "runner/log_events.h"

namespace argus::runner {
namespace {

using Monotonic = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{1000};
// What no waiting mends is left to reconciliation after that many attempts.
constexpr int kAttempts = 10;

bool MayPass(const Error& error) {
  return error.code() == Code::kUnavailable || error.code() == Code::kAborted || error.code() == Code::kDeadlineExceeded;
}

const log::Event& EventOf(v1::TaskRun::State state) {
  switch (state) {
    case v1::TaskRun::DONE: return events::kRunCompleted;
    case v1::TaskRun::CANCELED: return events::kRunCanceled;
    case v1::TaskRun::UNKNOWN: return events::kRunUnknown;
    default: return events::kRunFailed;
  }
}

void Tell(const RunServices& services, const RequestContext& ctx, const store::ClaimedRun& claimed, const RunReport& report) {
  const auto& run = report.outcome;
  const auto duration = Monotonic::now() - report.start;
  const auto task = claimed.name.Task().ToString();
  const auto task_run = claimed.name.ToString();
  const auto millis = std::chrono::duration_cast<milliseconds>(duration).count();
  if (!run.has_error()) {
    return services.logger.Log(ctx, EventOf(run.state()),
                               {{"task", task},
                                {"task_run", task_run},
                                {"duration_ms", millis},
                                {"rows_affected", run.rows_affected()},
                                {"evidence", run.evidence()}});
  }
  services.logger.Log(ctx, EventOf(run.state()), domain::LoggableError(run.error()),
                      {{"task", task},
                       {"task_run", task_run},
                       {"duration_ms", millis},
                       {"rows_affected", run.rows_affected()},
                       {"statement", run.error().statement()},
                       {"line", run.error().position().line()}});
}

}  // namespace

Status RecordOutcome(const RunServices& services, const RequestContext& ctx, const store::ClaimedRun& claimed,
                     RunReport report, const std::function<bool()>& give_up) {
  command::TaskRunProgress progress(services.metastore, services.changes);
  auto pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    const auto recorded = progress.Finish(ctx, claimed, report.outcome, report.log_rest);
    if (recorded.ok()) {
      Tell(services, ctx, claimed, report);
      return Ok();
    }
    const Error& error = recorded.error();
    // Entries of a flush whose answer was lost are there already.
    if (error.code() == Code::kAlreadyExists) report.log_rest.clear();
    services.logger.Log(ctx, events::kRunNotRecorded, error, {{"task_run", claimed.name.ToString()}});
    if (error.reason() == reasons::kLeaseLost || give_up() || (attempt >= kAttempts && !MayPass(error))) return error;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace argus::runner
