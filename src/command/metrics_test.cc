// Each fact is counted once, when it has committed: by changes on a real metastore.
#include "command/metrics.h"

#include "command/change_test_support.h"
#include "command/plan_check_command.h"

namespace argus::command {
namespace {

class ChangeMetricsTest : public ChangeTest {
 protected:
  // The value of the one sample that begins with `series`; fails where there is none.
  double Value(const std::string& series) const {
    const std::string text = "\n" + registry_.RenderText();
    const auto at = text.find("\n" + series + " ");
    if (at == std::string::npos) ADD_FAILURE() << series << " is not exported";
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
  }
  double Runs(const std::string& state, const std::string& environment = "dev") const {
    return Value("argus_task_run_total{state=\"" + state + "\",engine=\"sqlite\",environment=\"" + environment + "\"}");
  }
  double Freezes(const std::string& kind) const { return Value("argus_freeze_violation_total{kind=\"" + kind + "\"}"); }
  double Verdicts(const std::string& gate, const std::string& verdict) const {
    return Value("argus_gate_verdict_total{gate=\"" + gate + "\",verdict=\"" + verdict + "\"}");
  }
  std::int64_t AuditEntries(const std::string& action) {
    auto reader = Read();
    store::ListQuery query;
    query.filter = "action = \"" + action + "\"";
    return static_cast<std::int64_t>(Must(store::ListAuditLogs(reader, query)).items.size());
  }
};
ARGUS_COMMAND_SUITE(ChangeMetricsTest);

TEST_P(ChangeMetricsTest, ClosedSetsExistFromTheStart) {
  for (const char* state : {"done", "failed", "canceled", "unknown"}) EXPECT_EQ(Runs(state, "other"), 0);
  for (const char* kind : {"blocked", "overridden"}) EXPECT_EQ(Freezes(kind), 0);
  EXPECT_EQ(Verdicts("emergency_pause", "closed"), 0);
  EXPECT_EQ(Value("argus_plan_check_run_total{type=\"review\",status=\"canceled\"}"), 0);
  EXPECT_EQ(Value("argus_rollout_total{state=\"failed\"}"), 0);
  EXPECT_EQ(Value("argus_issue_approval_decision_total{decision=\"rejected\"}"), 0);
  EXPECT_EQ(Value("argus_issue_approval_duration_seconds_count"), 0);
  changes_.KnowEnvironment("environments/prod");
  EXPECT_EQ(Runs("failed", "prod"), 0);
}

TEST_P(ChangeMetricsTest, RunsCountAtTheirEnd) {
  Must(Start(AddRollout({kDev})));
  clock_.passed += std::chrono::seconds(7);
  auto claimed = Claim();
  EXPECT_EQ(Value("argus_task_run_wait_seconds_sum"), 7);
  clock_.passed += std::chrono::seconds(3);
  claimed->run.set_rows_affected(41);
  End(*claimed);
  EXPECT_EQ(Runs("done"), 1);
  EXPECT_EQ(Value("argus_task_run_affected_rows_total{engine=\"sqlite\"}"), 41);
  EXPECT_EQ(Value("argus_task_run_duration_seconds_sum{state=\"done\",engine=\"sqlite\"}"), 3);
  EXPECT_EQ(Value("argus_rollout_started_total"), 1);
  EXPECT_EQ(Value("argus_rollout_total{state=\"done\"}"), 1);
  EXPECT_EQ(Value("argus_rollout_duration_seconds_sum{state=\"done\"}"), 10);
}

TEST_P(ChangeMetricsTest, WhoLostTheRunCountsNothing) {
  Must(Start(AddRollout({kDev})));
  const auto claimed = Claim();
  End(*claimed, v1::TaskRun::FAILED);
  auto outcome = claimed->run;
  outcome.set_state(v1::TaskRun::DONE);
  EXPECT_EQ(ReasonOf(runs_.Finish(ctx_, *claimed, outcome, {})), "LEASE_LOST");
  EXPECT_EQ(Runs("failed"), 1);
  changes_.KnowEnvironment("dev");
  EXPECT_EQ(Runs("done"), 0);
  EXPECT_EQ(Value("argus_rollout_total{state=\"failed\"}"), 1);
}

TEST_P(ChangeMetricsTest, AnUnknownRunIsNotCountedAgainWhenItIsResolved) {
  Must(Start(AddRollout({kDev})));
  const auto run = EndNext(v1::TaskRun::UNKNOWN);
  EXPECT_EQ(Runs("unknown"), 1);
  v1::ResolveTaskRunRequest request;
  request.set_name(run.name());
  request.set_outcome(v1::TaskRun::DONE);
  request.set_reason("looked at it");
  Must(task_runs_.Resolve(As("admin"), request));
  changes_.KnowEnvironment("dev");
  EXPECT_EQ(Runs("done"), 0);
  EXPECT_EQ(Runs("unknown"), 1);
}

TEST_P(ChangeMetricsTest, ARunThatIsCanceledWhileItWaitsHasNoDuration) {
  const auto rollout = AddRollout({kDev});
  Must(Start(rollout));
  v1::CancelRolloutRequest request;
  request.set_name(rollout.name());
  Must(rollouts_.Cancel(As("carol"), request));
  EXPECT_EQ(Runs("canceled"), 1);
  EXPECT_EQ(Value("argus_task_run_duration_seconds_count{state=\"canceled\",engine=\"sqlite\"}"), 0);
  EXPECT_EQ(Value("argus_rollout_total{state=\"canceled\"}"), 1);
}

TEST_P(ChangeMetricsTest, ChecksCountByVerdictAndWhenTheyAreReplaced) {
  const auto plan = AddPlan({kDev});
  v1::RunPlanChecksRequest request;
  request.set_name(plan.name());
  Must(PlanCheckCommands(*metastore_, changes_).Run(As("alice"), request));
  EXPECT_EQ(Value("argus_plan_check_run_total{type=\"syntax\",status=\"canceled\"}"), 1);
  EndChecks(v1::PlanCheckRun::WARNING);
  EXPECT_EQ(Value("argus_plan_check_run_total{type=\"syntax\",status=\"warning\"}"), 1);
  EXPECT_EQ(Value("argus_plan_check_run_duration_seconds_count{type=\"syntax\"}"), 1);
}

TEST_P(ChangeMetricsTest, AnApprovalTakesFromTheRequestToTheLastWord) {
  const auto plan = AddPlan({kDev});
  const auto issue = AddIssue(plan);
  EndChecks();
  clock_.passed += std::chrono::minutes(30);
  EXPECT_FALSE(Approve("alice", issue).ok());  // the author
  EXPECT_EQ(Value("argus_issue_approval_decision_total{decision=\"approved\"}"), 0);
  Must(Approve("bob", issue));
  EXPECT_EQ(Value("argus_issue_approval_decision_total{decision=\"approved\"}"), 1);
  EXPECT_EQ(Value("argus_issue_approval_duration_seconds_sum"), 1800);
  EXPECT_EQ(Value("argus_issue_approval_duration_seconds_count"), 1);
}

TEST_P(ChangeMetricsTest, AClosedGateIsCountedOncePerWaitingRun) {
  Must(Start(AddRollout({kDev})));
  EXPECT_EQ(Verdicts("approval", "open"), 1);
  SetPause(true);
  for (int poll = 0; poll < 3; ++poll) EXPECT_FALSE(Claim());
  EXPECT_EQ(Verdicts("emergency_pause", "closed"), 1);
  SetPause(false);
  EndNext();
  EXPECT_EQ(Verdicts("emergency_pause", "open"), 2);  // the start, then the run
  EXPECT_EQ(Verdicts("schedule", "open"), 1);
}

TEST_P(ChangeMetricsTest, ATaskMeetsAFreezeOnceHoweverOftenItIsAsked) {
  const auto rollout = AddRollout({kDev, kDevStock});
  Freeze("environments/dev");
  for (int attempt = 0; attempt < 2; ++attempt) EXPECT_EQ(ReasonOf(Start(rollout)), "GATE_CLOSED");
  EXPECT_EQ(Freezes("blocked"), 2);  // two tasks
  EXPECT_EQ(AuditEntries("bb.freeze.block"), 1);
  EXPECT_EQ(Verdicts("freeze", "closed"), 2);  // two requests
}

TEST_P(ChangeMetricsTest, AFreezeThatBeginsLaterBlocksWhatWaitsOnce) {
  Must(Start(AddRollout({kDev})));
  Freeze("environments/dev");
  for (int poll = 0; poll < 3; ++poll) EXPECT_FALSE(Claim());
  EXPECT_EQ(Freezes("blocked"), 1);
  TaskRunProgress replica(*metastore_, changes_);  // another one, which remembers nothing
  std::vector<std::int64_t> held;
  EXPECT_FALSE(Must(replica.Claim(ctx_, "other", std::chrono::seconds(30), held)));
  EXPECT_EQ(Freezes("blocked"), 1);
}

TEST_P(ChangeMetricsTest, AnOverriddenFreezeIsCountedWhenTheTaskRuns) {
  const auto rollout = AddRollout({kDev});
  Freeze("environments/dev");
  Must(Start(rollout, "admin", "the shop is down"));
  EXPECT_EQ(Freezes("overridden"), 0);
  EndNext(v1::TaskRun::FAILED);
  Must(Start(rollout, "admin", "the shop is down"));
  EndNext();
  EXPECT_EQ(Freezes("overridden"), 1);
  EXPECT_EQ(Freezes("blocked"), 0);
}

TEST_P(ChangeMetricsTest, TheTwentyFirstEnvironmentIsOther) {
  for (int i = 0; i < 20; ++i) changes_.KnowEnvironment("e" + std::to_string(i));
  Must(Start(AddRollout({kDev})));
  EndNext();
  EXPECT_EQ(Runs("done", "other"), 1);
}

}  // namespace
}  // namespace argus::command
