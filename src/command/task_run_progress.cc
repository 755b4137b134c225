#include "command/task_run_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "command/change_facts.h"
#include "command/rollout_work.h"
#include "command/run_end.h"
#include "command/work.h"
#include "domain/gate.h"
#include "domain/reasons.h"
#include "domain/state.h"
#include "store/abandoned_leases.h"

namespace argus::command {
namespace {

using Claimed = std::optional<store::ClaimedRun>;
using store::Unaudited;

domain::Verdict Judge(const LoadedFacts& facts, const v1::Rollout& rollout, const v1::Task& task, const v1::TaskRun& run) {
  return domain::JudgeTask(facts.View(!run.override_freeze_reason().empty()), rollout, task);
}

void RecordStart(Work& work, const store::ClaimedRun& claimed) {
  work.Record({.resource = claimed.name.ToString(),
               .extra = Extra({{"target", claimed.target.ToString()},
                               {"sheet", claimed.sheet.ToString()},
                               {"attempt", std::to_string(claimed.run.attempt())},
                               {"creator", claimed.run.creator()},
                               {"override_freeze_reason", claimed.run.override_freeze_reason()}}),
               .action = "bb.taskrun.start"});
}

struct EndName {
  std::string_view action;
  v1::AuditLog::Severity severity;
};

EndName NameOfEnd(v1::TaskRun::State state) {
  switch (state) {
    case v1::TaskRun::DONE: return {"bb.taskrun.done", v1::AuditLog::INFO};
    case v1::TaskRun::CANCELED: return {"bb.taskrun.cancel", v1::AuditLog::NOTICE};
    case v1::TaskRun::UNKNOWN: return {"bb.taskrun.unknown", v1::AuditLog::CRITICAL};
    default: return {"bb.taskrun.fail", v1::AuditLog::WARNING};
  }
}

Fact EndOf(const store::ClaimedRun& claimed, const v1::TaskRun& run) {
  const auto name = NameOfEnd(run.state());
  return {.resource = run.name(),
          .severity = name.severity,
          .extra = Extra({{"state", v1::TaskRun::State_Name(run.state())},
                          {"target", claimed.target.ToString()},
                          {"rows_affected", std::to_string(run.rows_affected())},
                          {"reason", run.error().reason()},
                          {"message", run.error().message()},
                          {"evidence", run.evidence()}}),
          .action = std::string(name.action)};
}

domain::TaskRunEvent EventFor(v1::TaskRun::State outcome) {
  switch (outcome) {
    case v1::TaskRun::DONE: return domain::TaskRunEvent::kSucceed;
    case v1::TaskRun::CANCELED: return domain::TaskRunEvent::kCancel;
    case v1::TaskRun::UNKNOWN: return domain::TaskRunEvent::kLose;
    default: return domain::TaskRunEvent::kFail;
  }
}

// The audit entry carries the correlation id of the request that asked for the run, which is known only after the claim.
Status CommitStart(Work& work, const store::ClaimedRun& claimed) {
  auto entries = work.entries();
  for (auto& entry : entries) entry.correlation_id = claimed.origin.correlation_id;
  return work.tx().Commit(entries);
}

// Names a task and its window, for as long as neither changes.
std::string KeyOf(const FrozenTask& frozen) {
  return fmt::format("{} {} {}", frozen.task, frozen.window.start_time().seconds(), frozen.window.end_time().seconds());
}

// Then the memory of what was recorded begins anew; the metastore still knows.
constexpr std::size_t kMaxBlocked = 10'000;

}  // namespace

TaskRunProgress::Held TaskRunProgress::HoldBack(std::int64_t run, domain::Verdict verdict, const LoadedFacts& facts,
                                                const v1::Task& task) {
  const bool freeze = std::any_of(verdict.findings.begin(), verdict.findings.end(),
                                  [](const auto& finding) { return finding.gate() == domain::gate::kFreeze; });
  return {run, std::move(verdict), freeze ? FindFrozen(facts, task) : std::nullopt};
}

// The waiting runs of the rollout that the same facts hold back, so that each rollout is judged once and not once a run.
Result<std::vector<TaskRunProgress::Held>> TaskRunProgress::HeldBack(Work& work, RolloutWork& rollout,
                                                                     const LoadedFacts& facts,
                                                                     const domain::RolloutName& name) {
  std::vector<Held> held;
  ARGUS_ASSIGN(const auto runs, store::ActiveTaskRuns(work.tx(), name));
  for (const auto& run : runs) {
    if (run.state() != v1::TaskRun::PENDING) continue;
    ARGUS_ASSIGN(const auto run_name, domain::TaskRunName::Parse(run.name()));
    ARGUS_ASSIGN(const v1::Task* const task, rollout.Find(run_name.Task().ToString()));
    auto verdict = Judge(facts, rollout.rollout(), *task, run);
    if (!verdict.open()) held.push_back(HoldBack(run_name.run, std::move(verdict), facts, *task));
  }
  return held;
}

// `closed` is what a closed gate holds back when this fails with GATE_CLOSED.
Status TaskRunProgress::StartTask(Work& work, const store::ClaimedRun& claimed, std::vector<Held>& closed) {
  ARGUS_ASSIGN(auto rollout, RolloutWork::Load(work, metrics_, claimed.name.Task().Rollout()));
  ARGUS_ASSIGN(v1::Task* const task, rollout.Find(claimed.name.Task().ToString()));
  ARGUS_ASSIGN(const auto facts, LoadChangeFacts(work.tx(), rollout.rollout().plan(), work.now()));
  if (auto verdict = Judge(facts, rollout.rollout(), *task, claimed.run); !verdict.open()) {
    ARGUS_ASSIGN(closed, HeldBack(work, rollout, facts, claimed.name.Task().Rollout()));
    const auto error = domain::GateClosed(verdict);
    closed.push_back(HoldBack(claimed.name.run, std::move(verdict), facts, *task));
    return error;
  }
  const bool overrides = !claimed.run.override_freeze_reason().empty();
  if (overrides) ARGUS_RETURN_IF_ERROR(RecordOverridden(work.tx(), metrics_, facts, *task));
  metrics_.GatesOpen(work.tx(), Gates::kOfTask);
  metrics_.TaskRunStarted(work.tx(), claimed.run, *task);
  ARGUS_RETURN_IF_ERROR(rollout.Change(*task, domain::TaskEvent::kStart));
  RecordStart(work, claimed);
  return Ok();
}

// A freeze that cannot be recorded now is so at the next attempt to claim.
void TaskRunProgress::Report(const RequestContext& ctx, const std::vector<Held>& closed) {
  std::vector<FrozenTask> fresh;
  for (const auto& held : closed) {
    metrics_.RunHeldBack(held.run, held.verdict);
    const std::lock_guard lock(mutex_);
    if (held.frozen && !blocked_.contains(KeyOf(*held.frozen))) fresh.push_back(*held.frozen);
  }
  if (!RecordBlocked(metastore_, ctx, metrics_, fresh).ok()) return;
  const std::lock_guard lock(mutex_);
  if (blocked_.size() >= kMaxBlocked) blocked_.clear();
  for (const auto& frozen : fresh) blocked_.insert(KeyOf(frozen));
}

Result<Claimed> TaskRunProgress::Claim(const RequestContext& ctx, const std::string& owner, std::chrono::milliseconds lease,
                                       std::vector<std::int64_t>& held) {
  for (;;) {
    std::vector<Held> closed;
    auto claimed = TryClaim(ctx, {.owner = owner, .lease_until = {}, .except = held}, lease, closed);
    if (!IsGateClosed(claimed) || closed.empty()) return claimed;
    Report(ctx, closed);
    for (const auto& run : closed) held.push_back(run.run);
  }
}

Result<Claimed> TaskRunProgress::TryClaim(const RequestContext& ctx, const store::ClaimRequest& request,
                                          std::chrono::milliseconds lease, std::vector<Held>& closed) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Result<Claimed> {
    closed.clear();
    auto attempt = request;
    attempt.lease_until = tx.lease_now() + lease;
    ARGUS_ASSIGN(auto claimed, store::ClaimNext(tx, attempt));
    if (!claimed) {
      ARGUS_RETURN_IF_ERROR(tx.CommitUnaudited(Unaudited::kRunProgress));
      return claimed;
    }
    Work work(tx);
    ARGUS_RETURN_IF_ERROR(StartTask(work, *claimed, closed));
    ARGUS_RETURN_IF_ERROR(CommitStart(work, *claimed));
    return claimed;
  });
}

Result<Claimed> TaskRunProgress::TakeOver(const RequestContext& ctx, const domain::TaskRunName& name,
                                          const std::string& owner, std::chrono::milliseconds lease) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Result<Claimed> {
    ARGUS_ASSIGN(auto claimed, store::TakeOver(tx, name, owner, tx.lease_now() + lease));
    if (!claimed) {
      ARGUS_RETURN_IF_ERROR(tx.CommitUnaudited(Unaudited::kRunProgress));
      return claimed;
    }
    Work work(tx);
    work.Record({.resource = name.ToString(), .severity = v1::AuditLog::NOTICE, .action = "bb.taskrun.reconcile"});
    ARGUS_RETURN_IF_ERROR(CommitStart(work, *claimed));
    return claimed;
  });
}

Status TaskRunProgress::ExpireLeasesOfOthers(const RequestContext& ctx, const std::string& owner) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Status {
    store::ExpireLeasesOfOthers(tx, owner);
    return tx.CommitUnaudited(Unaudited::kLeaseRenewal);
  });
}

Status TaskRunProgress::RecordIntent(const RequestContext& ctx, const store::RunToken& token, const store::Intent& intent) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Status {
    store::RecordIntent(tx, token, intent);
    return tx.CommitUnaudited(Unaudited::kRunProgress);
  });
}

Status TaskRunProgress::RecordTransactionId(const RequestContext& ctx, const store::RunToken& token,
                                            const std::string& transaction_id) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Status {
    store::RecordTransactionId(tx, token, transaction_id);
    return tx.CommitUnaudited(Unaudited::kRunProgress);
  });
}

Status TaskRunProgress::RenewLease(const RequestContext& ctx, const store::RunToken& token,
                                   std::chrono::milliseconds lease) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Status {
    store::RenewLease(tx, token, tx.lease_now() + lease);
    return tx.CommitUnaudited(Unaudited::kLeaseRenewal);
  });
}

Status TaskRunProgress::AppendLog(const RequestContext& ctx, const store::RunToken& token,
                                  std::span<const v1::TaskRunLog::Entry> entries) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Status {
    store::AppendLog(tx, token, entries);
    return tx.CommitUnaudited(Unaudited::kRunProgress);
  });
}

Result<v1::TaskRun> TaskRunProgress::Finish(const RequestContext& ctx, const store::ClaimedRun& claimed,
                                            const v1::TaskRun& outcome, std::span<const v1::TaskRunLog::Entry> log_rest) {
  ARGUS_RETURN_IF_ERROR(domain::Next(claimed.run.state(), EventFor(outcome.state())));
  return RunSystem(metastore_, ctx, [&](Work& work) -> Result<v1::TaskRun> {
    if (!log_rest.empty()) store::AppendLog(work.tx(), claimed.token, log_rest);
    ARGUS_ASSIGN(auto run, store::FinishTaskRun(work.tx(), claimed.token, outcome));
    work.Record(EndOf(claimed, run));
    ARGUS_ASSIGN(const auto engine, EngineOf(work.tx(), claimed.target.ToString()));
    metrics_.TaskRunEnded(work.tx(), run, engine, claimed.environment);
    ARGUS_RETURN_IF_ERROR(ApplyRunEnd(work, metrics_, claimed.name, run));
    return run;
  });
}

}  // namespace argus::command
