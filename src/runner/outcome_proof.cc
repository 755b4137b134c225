#include "runner/outcome_proof.h"

#include <fmt/format.h>

#include <optional>

#include "domain/reasons.h"
#include "runner/log_events.h"

namespace argus::runner {
namespace {

using Monotonic = std::chrono::steady_clock;
using target::Proof;

// For one attempt, the end of the old backend included.
constexpr std::chrono::milliseconds kAttempt{15000};
constexpr std::chrono::milliseconds kBackendPatience{10000};
constexpr std::chrono::milliseconds kLongestPause{5000};

Proof Undecided(std::string evidence) { return {Proof::Verdict::kUndecided, {}, {}, std::move(evidence)}; }

Result<Proof> AskOnce(const RunServices& services, RequestContext ctx, const store::ClaimedRun& claimed,
                      const target::ProofQuery& query) {
  ctx.deadline = Monotonic::now() + kAttempt;
  ARGUS_ASSIGN(const auto target, services.targets.Resolve(ctx, claimed.target));
  return target.driver.Probe(ctx, target.spec, query);
}

// Decides when to give up: by the time since the target was first reached, or since the first question.
class Patience {
 public:
  Patience(const ProofBounds& bounds, bool provable) : bounds_(bounds), provable_(provable), begin_(Monotonic::now()) {}

  // The final answer, if it is one.
  std::optional<Proof> Take(const Result<Proof>& answer) {
    const auto now = Monotonic::now();
    if (!answer.ok()) {
      if (now - begin_ < bounds_.unreachable) return std::nullopt;
      return Undecided(fmt::format("the target could not be asked: {}", answer.error().message()));
    }
    reached_ = std::min(reached_, now);
    const bool final = answer->verdict != Proof::Verdict::kUndecided || !provable_ || now - reached_ >= bounds_.undecided;
    return final ? std::optional(*answer) : std::nullopt;
  }

 private:
  const ProofBounds& bounds_;
  const bool provable_;  // Asking again may help.
  const MonotonicTime begin_;
  MonotonicTime reached_ = MonotonicTime::max();
};

void LogPending(const RunServices& services, const RequestContext& ctx, const store::ClaimedRun& claimed,
                const Result<Proof>& answer) {
  const std::string why = answer.ok() ? answer->evidence : answer.error().ToString();
  services.logger.Log(ctx, events::kTargetNotAsked, {{"task_run", claimed.name.ToString()}, {"evidence", why}});
}

}  // namespace

target::ProofQuery ToQuery(const store::ClaimedRun& claimed, const store::Intent& intent) {
  target::ProofQuery query;
  query.task = claimed.name.Task().ToString();
  query.backend = {.pid = intent.backend_pid,
                   .start = intent.backend_start,
                   .system_identifier = intent.system_identifier,
                   .timeline = intent.timeline,
                   .proof = intent.proof};
  query.transaction_id = intent.transaction_id;
  query.patience = kBackendPatience;
  return query;
}

Result<Proof> ProveOutcome(const RunServices& services, const RequestContext& ctx, const store::ClaimedRun& claimed,
                           const store::Intent& intent, const ProofBounds& bounds, const StopSignal& stop,
                           const std::function<Status()>& still_ours) {
  if (intent.proof == v1::TaskRun::PROOF_UNSPECIFIED) {
    return Proof{Proof::Verdict::kNotApplied, {}, {}, "the run ended before anything was sent to the target"};
  }
  const auto query = ToQuery(claimed, intent);
  Patience patience(bounds, intent.proof != v1::TaskRun::NONE);
  for (auto pause = bounds.pause;; pause = std::min(pause * 2, kLongestPause)) {
    ARGUS_RETURN_IF_ERROR(still_ours());
    const auto answer = AskOnce(services, ctx, claimed, query);
    if (const auto proof = patience.Take(answer)) return *proof;
    LogPending(services, ctx, claimed, answer);
    if (stop.WaitFor(pause)) return Error(Code::kCancelled, reasons::kCancelled, "The server shuts down.");
  }
}

}  // namespace argus::runner
