#include "runner/task_run_runner.h"

#include "domain/reasons.h"
#include "runner/run_recorder.h"
#include "runner/runner_test_support.h"
#include "store/revision_store.h"

namespace argus::runner {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

target::RunResult Committed() {
  target::RunResult result;
  result.outcome = target::Outcome::kCommitted;
  return result;
}

target::RunResult Lost() {
  target::RunResult result;
  result.outcome = target::Outcome::kUnknown;
  result.evidence = "COMMIT was not answered";
  result.rows_affected = 3;
  return result;
}

class TaskRunRunnerTest : public RunnerTest {
 protected:
  void CarryThrough(const std::string& target, const std::string& engine) {
    const auto rollout = AddRolloutOf(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);\n"
        "INSERT INTO item (id, name) VALUES (1, 'secret'), (2, 'other');",
        {target});
    TaskRunRunner runner(Services());
    Must(Start(rollout));
    ASSERT_TRUE(AwaitStates(rollout, "dev:DONE"));
    const auto run = NewestRun(rollout);
    EXPECT_EQ(run.rows_affected(), 2);
    EXPECT_EQ(run.statements_done(), 2);
    EXPECT_EQ(run.statements_total(), 2);
    EXPECT_EQ(run.proof(), v1::TaskRun::MARKER);
    const auto log = LogOf(run);
    ASSERT_EQ(log.entries_size(), 2);
    EXPECT_EQ(log.entries(1).position().line(), 2);
    EXPECT_EQ(log.entries(1).rows_affected(), 2);
    EXPECT_EQ(log.entries(1).summary(), "INSERT INTO item (id, name) VALUES (?, ?), (?, ?)");
    EXPECT_THAT(TablesOf(target), ElementsAre("item"));
    EXPECT_EQ(Reload(rollout).state(), v1::Rollout::DONE);
    EXPECT_TRUE(Await([&] {
      return registry_.RenderText().find("argus_task_run_total{state=\"done\",engine=\"" + engine +
                                         "\",environment=\"dev\"} 1") != std::string::npos;
    }));
  }
  v1::Rollout AddScripted() {
    UseScriptedDriver();
    return AddRollout({kDev});
  }
  Result<v1::CancelTaskRunsResponse> Cancel(const v1::Rollout& rollout) {
    v1::CancelTaskRunsRequest request;
    request.set_parent(rollout.name());
    request.add_task_runs(NewestRun(rollout).name());
    return task_runs_.Cancel(As("carol"), request);
  }
};

TEST_P(TaskRunRunnerTest, ACommittedRowOnSqlite) {
  UseRealDrivers();
  CarryThrough(kDev, "sqlite");
}

TEST_P(TaskRunRunnerTest, ACommittedRowOnPostgres) {
  UseRealDrivers();
  CarryThrough(AddPostgres(), "postgres");
}

TEST_P(TaskRunRunnerTest, AFailingStatementLeavesNothingBehind) {
  UseRealDrivers();
  const auto rollout =
      AddRolloutOf("CREATE TABLE item (id INTEGER PRIMARY KEY);\n  INSERT INTO nowhere VALUES (1);", {kDev});
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:FAILED"));
  const auto run = NewestRun(rollout);
  EXPECT_EQ(run.error().reason(), "STATEMENT_FAILED");
  EXPECT_EQ(run.error().statement(), 2);
  EXPECT_EQ(run.error().position().line(), 2);
  EXPECT_TRUE(LogOf(run).entries(1).has_error());
  EXPECT_THAT(TablesOf(kDev), IsEmpty());
  EXPECT_EQ(Reload(rollout).state(), v1::Rollout::FAILED);
}

TEST_P(TaskRunRunnerTest, AScriptThatCannotBeCutIsNotSent) {
  UseRealDrivers();
  const auto rollout = AddRolloutOf("SELECT 'open", {kDev});
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:FAILED"));
  EXPECT_EQ(NewestRun(rollout).error().reason(), "SQL_UNTERMINATED");
}

TEST_P(TaskRunRunnerTest, ATargetThatIsGoneFailsTheRun) {
  UseRealDrivers();
  const auto rollout = AddRollout({kDev});
  std::filesystem::remove_all(DataDir("dev"));
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:FAILED"));
  EXPECT_EQ(NewestRun(rollout).error().reason(), "CONNECTION_FAILED");
}

TEST_P(TaskRunRunnerTest, StagesFollowEachOther) {
  UseRealDrivers();
  const auto rollout = AddRollout({kDev, kDevStock, kProd});
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:DONE dev:DONE prod:DONE"));
}

TEST_P(TaskRunRunnerTest, AnOpeningGateWakesIt) {
  UseRealDrivers();
  const auto rollout = AddRollout({kDev});
  Must(Start(rollout));
  SetPause(true);
  TaskRunRunner runner(Services(), {.poll = std::chrono::hours(1)});
  SetPause(false);
  ASSERT_TRUE(AwaitStates(rollout, "dev:DONE"));
}

TEST_P(TaskRunRunnerTest, ACancelInterruptsTheStatementOnTheTarget) {
  UseRealDrivers();
  const auto rollout = AddRolloutOf("SELECT pg_sleep(600)", {AddPostgres()});
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:RUNNING"));
  ASSERT_TRUE(Await([&] { return NewestRun(rollout).statements_total() == 1; }));  // the intent is written down
  Must(Cancel(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:CANCELED"));
}

TEST_P(TaskRunRunnerTest, ACancelThatLosesToCommitEndsDone) {
  std::atomic<bool> started{false};
  std::atomic<bool> go{false};
  script_.run = [&](const RequestContext&, target::RunObserver&) {
    started = true;
    EXPECT_TRUE(Await([&] { return go.load(); }));
    return Committed();
  };
  const auto rollout = AddScripted();
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(Await([&] { return started.load(); }));  // RUNNING alone may still be before the target
  Must(Cancel(rollout));
  EXPECT_TRUE(Await([&] { return script_.cancels > 0; }));
  go = true;
  ASSERT_TRUE(AwaitStates(rollout, "dev:DONE"));
}

TEST_P(TaskRunRunnerTest, AShutdownInterruptsAtItsDeadline) {
  script_.run = [&](const RequestContext& ctx, target::RunObserver&) {
    EXPECT_TRUE(Await([&] { return ctx.cancel->cancelled(); }));
    return target::NotApplied(target::RunError(reasons::kInterrupted, "the run was canceled"));
  };
  const auto rollout = AddScripted();
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:RUNNING"));
  EXPECT_FALSE(runner.Stop(std::chrono::steady_clock::now() + milliseconds(50)));
  EXPECT_EQ(States(rollout), "dev:FAILED");
  EXPECT_EQ(NewestRun(rollout).error().reason(), "SHUTDOWN");
}

TEST_P(TaskRunRunnerTest, AShutdownClaimsNothingMore) {
  UseRealDrivers();
  const auto rollout = AddRollout({kDev});
  TaskRunRunner runner(Services());
  EXPECT_TRUE(runner.Stop(std::chrono::steady_clock::now()));
  Must(Start(rollout));
  EXPECT_EQ(States(rollout), "dev:PENDING");
}

TEST_P(TaskRunRunnerTest, ALostAnswerIsDecidedByTheProof) {
  script_.run = [](const RequestContext&, target::RunObserver&) { return Lost(); };
  script_.probe = [this]() -> Result<target::Proof> {
    if (script_.probes == 1) return Error(Code::kUnavailable, reasons::kConnectionFailed, "not yet");
    return target::Proof{target::Proof::Verdict::kApplied, "run", "token", "the marker is there"};
  };
  const auto rollout = AddScripted();
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:DONE"));
  EXPECT_EQ(NewestRun(rollout).rows_affected(), 3);
  EXPECT_EQ(NewestRun(rollout).evidence(), "COMMIT was not answered; the marker is there");
}

TEST_P(TaskRunRunnerTest, ALostAnswerThatProvesAbsentIsInterrupted) {
  script_.run = [](const RequestContext&, target::RunObserver&) { return Lost(); };
  script_.probe = [] { return target::Proof{target::Proof::Verdict::kNotApplied, {}, {}, "no marker"}; };
  const auto rollout = AddScripted();
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:FAILED"));
  EXPECT_EQ(NewestRun(rollout).error().reason(), "INTERRUPTED");
}

TEST_P(TaskRunRunnerTest, WithoutProofTheOutcomeIsUnknown) {
  script_.proof = v1::TaskRun::NONE;
  script_.run = [](const RequestContext&, target::RunObserver&) { return Lost(); };
  script_.probe = [] { return target::Proof{target::Proof::Verdict::kUndecided, {}, {}, "nothing to look at"}; };
  const auto rollout = AddScripted();
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:UNKNOWN"));
  EXPECT_THAT(NewestRun(rollout).evidence(), HasSubstr("nothing to look at"));
  EXPECT_EQ(Audit("action = \"bb.taskrun.unknown\"").at(0).severity(), v1::AuditLog::CRITICAL);
}

TEST_P(TaskRunRunnerTest, WhatAnEarlierAttemptAppliedIsDoneAndNotRunAgain) {
  script_.run = [](const RequestContext&, target::RunObserver&) {
    return target::AlreadyApplied({.task = "t",
                                   .task_run = "projects/play/rollouts/1/tasks/1/taskRuns/7",
                                   .attempt_token = {},
                                   .content_hash = {}});
  };
  const auto rollout = AddScripted();
  TaskRunRunner runner(Services());
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:DONE"));
  EXPECT_THAT(NewestRun(rollout).evidence(), HasSubstr("taskRuns/7 applied the task before"));
}

TEST_P(TaskRunRunnerTest, WhoCannotKeepTheLeaseDoesNotCommit) {
  script_.run = [&](const RequestContext&, target::RunObserver& observer) {
    Status asked = Ok();
    const bool refused = Await([&] { return !(asked = observer.BeforeCommit("")).ok(); });
    return refused ? target::NotApplied(target::RunError(asked.error())) : Committed();
  };
  const auto rollout = AddScripted();
  TaskRunRunner runner(Services(), {.lease = milliseconds(500), .renewal = std::chrono::hours(1)});
  Must(Start(rollout));
  ASSERT_TRUE(AwaitStates(rollout, "dev:FAILED"));
  EXPECT_EQ(NewestRun(rollout).error().reason(), "LEASE_LOST");
}

ARGUS_COMMAND_SUITE(TaskRunRunnerTest);

TEST(Summarize, ShowsTheFirstLineWithoutLiterals) {
  EXPECT_EQ(Summarize("UPDATE t SET a = 'x'\nWHERE b = 1", sql::Engine::kSqlite), "UPDATE t SET a = ?");
  EXPECT_EQ(Summarize(std::string(500, 'a'), sql::Engine::kSqlite).size(), 200u);
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "\xc3\xa4";
  EXPECT_EQ(Summarize(wide, sql::Engine::kPostgres).size(), 400u);
}

}  // namespace
}  // namespace argus::runner
