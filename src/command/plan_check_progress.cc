#include "command/plan_check_progress.h"

#include "command/plan_checks.h"
#include "command/work.h"
#include "domain/state.h"
#include "store/plan_store.h"

namespace argus::command {
namespace {

using store::Unaudited;

Fact Completed(const v1::PlanCheckRun& run) {
  return {.resource = run.name(),
          .severity = run.state() == v1::PlanCheckRun::DONE ? v1::AuditLog::INFO : v1::AuditLog::WARNING,
          .extra = Extra({{"type", v1::PlanCheckRun::Type_Name(run.type())},
                          {"state", v1::PlanCheckRun::State_Name(run.state())},
                          {"verdict", v1::PlanCheckRun::Verdict_Name(run.verdict())},
                          {"target", run.target()},
                          {"error", run.error()}}),
          .action = "bb.plancheck.complete"};
}

}  // namespace

Result<std::optional<store::ClaimedCheck>> PlanCheckProgress::Claim(const RequestContext& ctx, const std::string& owner,
                                                                    std::chrono::milliseconds lease) {
  using Claimed = std::optional<store::ClaimedCheck>;
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Result<Claimed> {
    ARGUS_ASSIGN(auto claimed, store::ClaimPlanCheckRun(tx, owner, tx.lease_now() + lease));
    ARGUS_RETURN_IF_ERROR(tx.CommitUnaudited(Unaudited::kCheckProgress));
    return claimed;
  });
}

Status PlanCheckProgress::Renew(const RequestContext& ctx, const store::RunToken& token, std::chrono::milliseconds lease) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Status {
    store::RenewPlanCheckRun(tx, token, tx.lease_now() + lease);
    return tx.CommitUnaudited(Unaudited::kLeaseRenewal);
  });
}

Result<v1::PlanCheckRun> PlanCheckProgress::Finish(const RequestContext& ctx, const store::ClaimedCheck& check,
                                                   v1::PlanCheckRun outcome) {
  const auto event =
      outcome.state() == v1::PlanCheckRun::DONE ? domain::CheckEvent::kFinish : domain::CheckEvent::kFail;
  ARGUS_ASSIGN(const auto state, domain::Next(check.run.state(), event));
  outcome.set_state(state);
  return RunSystem(metastore_, ctx, [&](Work& work) -> Result<v1::PlanCheckRun> {
    ARGUS_ASSIGN(auto finished, store::FinishPlanCheckRun(work.tx(), check.token, outcome));
    metrics_.PlanCheckEnded(work.tx(), finished);
    work.Record(Completed(finished));
    ARGUS_ASSIGN(const auto plan, store::GetPlan(work.tx(), check.name.Plan()));
    ARGUS_RETURN_IF_ERROR(SettleApproval(work, plan));
    return finished;
  });
}

Result<std::int64_t> PlanCheckProgress::RequeueExpired(const RequestContext& ctx) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Result<std::int64_t> {
    ARGUS_ASSIGN(const auto count, store::RequeueExpiredPlanCheckRuns(tx));
    ARGUS_RETURN_IF_ERROR(tx.CommitUnaudited(Unaudited::kCheckProgress));
    return count;
  });
}

}  // namespace argus::command
