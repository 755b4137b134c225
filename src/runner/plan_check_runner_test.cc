#include "runner/plan_check_runner.h"

#include "review/parser_worker.h"
#include "runner/runner_test_support.h"

namespace argus::runner {
namespace {

using Check = v1::PlanCheckRun;

class PlanCheckRunnerTest : public RunnerTest {
 protected:
  PlanCheckRunnerTest() { UseRealDrivers(); }

  v1::Plan AddPlanOf(const std::string& sql, const std::string& target) {
    return Must(plans_.Create(As("alice"), PlanRequest(AddSheet(sql), {target})));
  }
  [[nodiscard]] bool AwaitChecks(const v1::Plan& plan) {
    return Await([&] {
      for (const auto& check : ChecksOfPlan(plan)) {
        if (check.state() == Check::PENDING || check.state() == Check::RUNNING) return false;
      }
      return true;
    });
  }
  // Carries them out and gives that of `type`.
  Check CheckOf(const v1::Plan& plan, Check::Type type) {
    {
      PlanCheckRunner runner(Services(), reviewer_);
      EXPECT_TRUE(AwaitChecks(plan));
    }
    for (const auto& check : ChecksOfPlan(plan)) {
      if (check.type() == type) return check;
    }
    return {};
  }

  review::Reviewer reviewer_;
};

TEST_P(PlanCheckRunnerTest, AGoodPlanWaitsForItsApproval) {
  const auto plan = AddPlanOf("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)", AddPostgres());
  const auto issue = AddIssue(plan);
  const auto syntax = CheckOf(plan, Check::SYNTAX);
  for (const auto& check : ChecksOfPlan(plan)) {
    EXPECT_EQ(check.state(), Check::DONE) << check.error();
    EXPECT_EQ(check.verdict(), Check::SUCCESS) << check.DebugString();
  }
  EXPECT_EQ(syntax.summary().statement_count(), 2);
  EXPECT_THAT(syntax.summary().statement_types(), testing::ElementsAre("CREATE_TABLE", "INSERT"));
  EXPECT_EQ(Reload(issue).approval().status(), v1::Approval::PENDING);
  EXPECT_EQ(Audit("action = \"bb.plancheck.complete\"").size(), 3u);
}

TEST_P(PlanCheckRunnerTest, SyntaxErrorsHaveAPlace) {
  const auto check = CheckOf(AddPlanOf("SELECT 1;\nSELEC 2", AddPostgres()), Check::SYNTAX);
  EXPECT_EQ(check.verdict(), Check::ERROR);
  EXPECT_EQ(check.results(0).position().line(), 2);
}

TEST_P(PlanCheckRunnerTest, WhatCannotRunInATransactionIsAnError) {
  const auto check = CheckOf(AddPlanOf("SELECT 1;\nCOMMIT", kDev), Check::SYNTAX);
  EXPECT_EQ(check.verdict(), Check::ERROR);
  EXPECT_EQ(check.results(0).code(), "UNSUPPORTED_STATEMENT");
  EXPECT_EQ(check.results(0).position().line(), 2);
}

TEST_P(PlanCheckRunnerTest, AnOpenStringIsAnErrorWithAPlace) {
  const auto check = CheckOf(AddPlanOf("SELECT 'open", kDev), Check::SYNTAX);
  EXPECT_EQ(check.results(0).code(), "SQL_UNTERMINATED");
  EXPECT_EQ(check.results(0).position().column(), 8);
}

TEST_P(PlanCheckRunnerTest, TheRulesSpeak) {
  const auto check = CheckOf(AddPlanOf("CREATE TABLE t (id INTEGER); DELETE FROM t", kDev), Check::REVIEW);
  EXPECT_EQ(check.state(), Check::DONE) << check.error();
  EXPECT_GE(check.results_size(), 2);
  EXPECT_GT(check.verdict(), Check::SUCCESS);
}

TEST_P(PlanCheckRunnerTest, ATargetThatIsGoneIsAFinding) {
  const auto plan = AddPlanOf("SELECT 1", kDev);
  std::filesystem::remove_all(DataDir("dev"));
  const auto check = CheckOf(plan, Check::CONNECTION);
  EXPECT_EQ(check.state(), Check::DONE);
  EXPECT_EQ(check.verdict(), Check::ERROR);
  EXPECT_EQ(check.results(0).code(), "CONNECTION_FAILED");
}

ARGUS_COMMAND_SUITE(PlanCheckRunnerTest);

}  // namespace
}  // namespace argus::runner

// The test program is its own parser, as the server is.
int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "sql-parser-worker") return argus::review::RunParserWorker(0, 1);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
