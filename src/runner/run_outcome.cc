#include "runner/run_outcome.h"

#include <fmt/format.h>

#include "domain/reasons.h"
#include "target/run_result.h"

namespace argus::runner {
namespace {

// A stop explains only what it interrupted: a statement that failed by itself keeps its own error.
v1::TaskRun NotApplied(v1::TaskRun run, const v1::TaskRunError& error, StopReason stop) {
  run.set_state(v1::TaskRun::FAILED);
  *run.mutable_error() = error;
  if (error.reason() != reasons::kInterrupted.name) return run;
  if (stop == StopReason::kCancel) run.set_state(v1::TaskRun::CANCELED);
  if (stop == StopReason::kShutdown) run.mutable_error()->set_reason(std::string(reasons::kShutdown.name));
  return run;
}

std::string Join(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : fmt::format("{}; {}", first, second);
}

}  // namespace

v1::TaskRun NotStarted(v1::TaskRun run, const Error& error, StopReason stop) {
  const bool stopped = stop != StopReason::kNone &&
                       (error.code() == Code::kCancelled || error.code() == Code::kDeadlineExceeded);
  return NotApplied(std::move(run), target::RunError(stopped ? Error(Code::kCancelled, reasons::kInterrupted,
                                                                     "the run was stopped before it began")
                                                             : error),
                    stop);
}

v1::TaskRun FromResult(v1::TaskRun run, const target::RunResult& result, StopReason stop) {
  run.set_statements_done(static_cast<int>(result.statements_done));
  switch (result.outcome) {
    case target::Outcome::kCommitted:
      run.set_state(v1::TaskRun::DONE);
      run.set_rows_affected(result.rows_affected);
      return run;
    case target::Outcome::kAlreadyApplied:
      run.set_state(v1::TaskRun::DONE);
      run.set_evidence(fmt::format("The marker on the target says that {} applied the task before; nothing was run again.",
                                   result.applied_by.task_run));
      return run;
    default: return NotApplied(std::move(run), result.error, stop);
  }
}

v1::TaskRun FromProof(v1::TaskRun run, const target::Proof& proof, const std::string& sent) {
  run.set_evidence(Join(sent, proof.evidence));
  switch (proof.verdict) {
    case target::Proof::Verdict::kApplied: run.set_state(v1::TaskRun::DONE); return run;
    case target::Proof::Verdict::kNotApplied:
      run.set_state(v1::TaskRun::FAILED);
      *run.mutable_error() = target::RunError(reasons::kInterrupted, "The run was cut off and is proven not applied.");
      return run;
    default:
      run.set_state(v1::TaskRun::UNKNOWN);
      *run.mutable_error() = target::RunError(reasons::kOutcomeUnknown, "Whether the change was committed cannot be proven.");
      return run;
  }
}

}  // namespace argus::runner
