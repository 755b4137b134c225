#include "runner/reconcile_runner.h"

#include "domain/reasons.h"
#include "runner/runner_test_support.h"

namespace argus::runner {
namespace {

using std::chrono::milliseconds;
using target::Proof;
using testing::HasSubstr;

// Remembers the backend, and may end the run before COMMIT.
struct DyingObserver : target::RunObserver {
  explicit DyingObserver(bool dies) : dies_before_commit(dies) {}
  Status OnBackend(const target::Backend& b) override {
    backend = b;
    return Ok();
  }
  void BeforeStatement(std::size_t) override {}
  void AfterStatement(const target::StatementReport&) override {}
  Status BeforeCommit(const std::string&) override {
    return dies_before_commit ? Status(Error(Code::kCancelled, reasons::kInterrupted, "killed")) : Ok();
  }
  const bool dies_before_commit;
  target::Backend backend;
};

class ReconcileRunnerTest : public RunnerTest {
 protected:
  // A run that another process claimed; its lease is over at once where leases count.
  store::ClaimedRun ClaimAsDead() {
    std::vector<std::int64_t> held;
    return *Must(runs_.Claim(ctx_, "dead", milliseconds(0), held));
  }
  void RecordIntent(const store::ClaimedRun& run, const target::Backend& backend) {
    Must(runs_.RecordIntent(ctx_, run.token,
                            {.backend_pid = backend.pid,
                             .backend_start = backend.start,
                             .system_identifier = backend.system_identifier,
                             .timeline = backend.timeline,
                             .proof = backend.proof,
                             .transaction_id = {},
                             .statements_total = 1}));
  }
  // As the dead process did it, up to where it died.
  void ApplyAsDead(const store::ClaimedRun& run, bool dies_before_commit) {
    const auto target = Must(Services().targets.Resolve(ctx_, run.target));
    const auto connection = Must(target.driver.Connect(ctx_, target.spec));
    const std::string script = "CREATE TABLE t (id INTEGER PRIMARY KEY)";
    const auto statements = Must(sql::Split(script, sql::Engine::kPostgres));
    DyingObserver observer(dies_before_commit);
    target::ScriptRun script_run;
    script_run.marker = {run.name.Task().ToString(), run.name.ToString(), run.token.token, run.sheet.sha256};
    script_run.statements = &statements;
    connection->Run(ctx_, script_run, observer);
    RecordIntent(run, observer.backend);
  }
  void Decide(const std::string& target, bool dies_before_commit, const std::string& states) {
    const auto rollout = AddRollout({target});
    Must(Start(rollout));
    ApplyAsDead(ClaimAsDead(), dies_before_commit);
    ReconcileRunner runner(Services(), {.interval = milliseconds(100)});
    ASSERT_TRUE(AwaitStates(rollout, states));
    EXPECT_FALSE(NewestRun(rollout).evidence().empty());
    EXPECT_EQ(NewestRun(rollout).error().reason(), dies_before_commit ? "INTERRUPTED" : "");
  }
};

TEST_P(ReconcileRunnerTest, WhatSqliteCommittedIsDone) {
  UseRealDrivers();
  Decide(kDev, false, "dev:DONE");
}

TEST_P(ReconcileRunnerTest, WhatSqliteDidNotCommitIsInterrupted) {
  UseRealDrivers();
  Decide(kDev, true, "dev:FAILED");
}

TEST_P(ReconcileRunnerTest, WhatPostgresCommittedIsDone) {
  UseRealDrivers();
  Decide(AddPostgres(), false, "dev:DONE");
}

TEST_P(ReconcileRunnerTest, WhatPostgresDidNotCommitIsInterrupted) {
  UseRealDrivers();
  Decide(AddPostgres(), true, "dev:FAILED");
}

TEST_P(ReconcileRunnerTest, WithoutAnIntentNothingIsAsked) {
  UseScriptedDriver();
  const auto rollout = AddRollout({kDev});
  Must(Start(rollout));
  ClaimAsDead();
  ReconcileRunner runner(Services(), {.interval = milliseconds(100)});
  ASSERT_TRUE(AwaitStates(rollout, "dev:FAILED"));
  EXPECT_EQ(script_.probes, 0);
  EXPECT_EQ(NewestRun(rollout).error().reason(), "INTERRUPTED");
}

TEST_P(ReconcileRunnerTest, WhatStaysUndecidedIsUnknownAfterABound) {
  UseScriptedDriver();
  script_.probe = [this]() -> Result<Proof> {
    if (script_.probes < 3) return Error(Code::kUnavailable, reasons::kConnectionFailed, "down");
    return Proof{Proof::Verdict::kUndecided, {}, {}, "the backend could not be ended"};
  };
  const auto rollout = AddRollout({kDev});
  Must(Start(rollout));
  RecordIntent(ClaimAsDead(), {1, "s", "sys", "1", v1::TaskRun::MARKER});
  ReconcileOptions options{.interval = milliseconds(100)};
  options.bounds = {.undecided = milliseconds(100), .unreachable = milliseconds(60000), .pause = milliseconds(10)};
  ReconcileRunner runner(Services(), options);
  ASSERT_TRUE(AwaitStates(rollout, "dev:UNKNOWN"));
  EXPECT_GT(script_.probes, 3);
  EXPECT_THAT(NewestRun(rollout).evidence(), HasSubstr("the backend could not be ended"));
  EXPECT_EQ(NewestRun(rollout).error().reason(), "OUTCOME_UNKNOWN");
}

TEST_P(ReconcileRunnerTest, AStopDecidesNothing) {
  UseScriptedDriver();
  script_.probe = []() -> Result<Proof> { return Error(Code::kUnavailable, reasons::kConnectionFailed, "down"); };
  const auto rollout = AddRollout({kDev});
  Must(Start(rollout));
  RecordIntent(ClaimAsDead(), {1, "s", "sys", "1", v1::TaskRun::MARKER});
  {
    ReconcileRunner runner(Services(), {.interval = milliseconds(100)});
    ASSERT_TRUE(Await([&] { return script_.probes > 0; }));
  }
  EXPECT_EQ(States(rollout), "dev:RUNNING");
}

ARGUS_COMMAND_SUITE(ReconcileRunnerTest);

}  // namespace
}  // namespace argus::runner
