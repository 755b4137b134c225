#include "domain/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/approval.h"
#include "domain/reasons.h"
#include "domain/rollout.h"

namespace argus::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Timestamp kNow = FromMicros(1'800'000'000'000'000);

// A change that nothing stands in the way of: approved, checked, running, one task each in dev and prod.
class GateTest : public testing::Test {
 protected:
  GateTest() {
    plan_.set_name("projects/play/plans/1");
    plan_.set_state(v1::Plan::ACTIVE);
    auto* spec = plan_.add_specs();
    spec->set_id("s1");
    spec->add_targets("instances/dev/databases/shop");
    checks_.resize(1);
    checks_[0].set_state(v1::PlanCheckRun::DONE);
    checks_[0].set_verdict(v1::PlanCheckRun::SUCCESS);
    issue_.mutable_approval()->set_status(v1::Approval::APPROVED);
    issue_.mutable_approval()->set_content_hash(ApprovalContentHash(plan_, checks_));
    rollout_.set_state(v1::Rollout::RUNNING);
    AddStage("environments/dev", "projects/play/rollouts/1/tasks/1");
    AddStage("environments/prod", "projects/play/rollouts/1/tasks/2");
  }

  void AddStage(const std::string& environment, const std::string& task_name) {
    auto* stage = rollout_.add_stages();
    stage->set_environment(environment);
    AddTask(*stage, task_name);
  }
  static void AddTask(v1::Stage& stage, const std::string& name) {
    auto* task = stage.add_tasks();
    task->set_name(name);
    task->set_target("instances/dev/databases/shop");
    task->set_environment(stage.environment());
    task->set_state(v1::Task::NOT_STARTED);
  }
  void AddFreeze(std::int64_t start_offset_s, std::int64_t end_offset_s) {
    auto* window = maintenance_.add_freeze_windows();
    window->set_title("year end");
    window->add_environments("environments/dev");
    window->mutable_start_time()->set_seconds(ToMicros(kNow) / 1'000'000 + start_offset_s);
    window->mutable_end_time()->set_seconds(ToMicros(kNow) / 1'000'000 + end_offset_s);
  }

  ChangeFacts Facts() {
    return {.now = kNow,
            .plan = plan_,
            .issue = &issue_,
            .checks = checks_,
            .maintenance = maintenance_,
            .emergency = emergency_,
            .override_freeze = override_freeze_};
  }
  std::vector<std::string> GatesOf(const Verdict& verdict) {
    std::vector<std::string> gates;
    for (const auto& finding : verdict.findings) gates.push_back(finding.gate());
    return gates;
  }
  std::vector<std::string> Judge(int stage = 0, int task = 0) {
    return GatesOf(JudgeTask(Facts(), rollout_, rollout_.stages(stage).tasks(task)));
  }

  v1::Plan plan_;
  v1::Issue issue_;
  std::vector<v1::PlanCheckRun> checks_;
  v1::MaintenanceWindowSetting maintenance_;
  v1::EmergencyPauseSetting emergency_;
  v1::Rollout rollout_;
  bool override_freeze_ = false;
};

TEST_F(GateTest, AnApprovedCheckedChangeMayRun) { EXPECT_THAT(Judge(), IsEmpty()); }

TEST_F(GateTest, NothingRunsWithoutApproval) {
  for (auto status :
       {v1::Approval::STATUS_UNSPECIFIED, v1::Approval::CHECKING, v1::Approval::PENDING, v1::Approval::REJECTED}) {
    issue_.mutable_approval()->set_status(status);
    EXPECT_THAT(Judge(), ElementsAre(gate::kApproval)) << v1::Approval::Status_Name(status);
  }
  auto facts = Facts();
  facts.issue = nullptr;
  EXPECT_THAT(GatesOf(JudgeChange(facts)), ElementsAre(gate::kApproval));
}

TEST_F(GateTest, AnyChangeOfSqlTargetsOrVerdictsVoidsTheApproval) {
  plan_.mutable_specs(0)->set_sheet("projects/play/sheets/other");
  EXPECT_THAT(Judge(), ElementsAre(gate::kApproval));
  plan_.mutable_specs(0)->clear_sheet();
  plan_.mutable_specs(0)->add_targets("instances/prod/databases/shop");
  EXPECT_THAT(Judge(), ElementsAre(gate::kApproval));
  plan_.mutable_specs(0)->mutable_targets()->RemoveLast();
  checks_[0].set_verdict(v1::PlanCheckRun::WARNING);
  EXPECT_THAT(Judge(), ElementsAre(gate::kApproval));
}

TEST_F(GateTest, ChecksMustHaveEndedWithoutErrors) {
  issue_.mutable_approval()->set_content_hash("");
  for (auto state :
       {v1::PlanCheckRun::PENDING, v1::PlanCheckRun::RUNNING, v1::PlanCheckRun::FAILED, v1::PlanCheckRun::CANCELED}) {
    checks_[0].set_state(state);
    EXPECT_THAT(Judge(), testing::Contains(gate::kCheck)) << v1::PlanCheckRun::State_Name(state);
  }
  checks_[0].set_state(v1::PlanCheckRun::DONE);
  checks_[0].set_verdict(v1::PlanCheckRun::ERROR);
  EXPECT_THAT(Judge(), testing::Contains(gate::kCheck));
  checks_.clear();
  EXPECT_THAT(Judge(), testing::Contains(gate::kCheck));
}

TEST_F(GateTest, AFreezeWindowCoversItsEnvironmentUntilItsEnd) {
  AddFreeze(-60, 60);
  EXPECT_THAT(Judge(), ElementsAre(gate::kFreeze));
  EXPECT_THAT(GatesOf(JudgeStart(Facts(), rollout_)), ElementsAre(gate::kFreeze));
  override_freeze_ = true;
  EXPECT_THAT(Judge(), IsEmpty());
  override_freeze_ = false;
  maintenance_.clear_freeze_windows();
  AddFreeze(-60, 0);  // ends now: exclusive
  AddFreeze(1, 60);   // not yet
  EXPECT_THAT(Judge(), IsEmpty());
}

TEST_F(GateTest, StagesRunInOrder) {
  EXPECT_THAT(Judge(1), ElementsAre(gate::kStageOrder));
  rollout_.mutable_stages(0)->mutable_tasks(0)->set_state(v1::Task::SKIPPED);
  EXPECT_THAT(Judge(1), IsEmpty());
}

TEST_F(GateTest, TasksOfOneDatabaseRunInTheOrderOfThePlan) {
  AddTask(*rollout_.mutable_stages(0), "projects/play/rollouts/1/tasks/3");
  EXPECT_THAT(Judge(0, 1), ElementsAre(gate::kTaskOrder));
  EXPECT_EQ(NextTasks(rollout_).size(), 1u);
  rollout_.mutable_stages(0)->mutable_tasks(0)->set_state(v1::Task::FAILED);
  EXPECT_THAT(NextTasks(rollout_), IsEmpty());
  rollout_.mutable_stages(0)->mutable_tasks(0)->set_state(v1::Task::DONE);
  EXPECT_THAT(Judge(0, 1), IsEmpty());
  EXPECT_EQ(NextTasks(rollout_).front()->name(), "projects/play/rollouts/1/tasks/3");
}

TEST_F(GateTest, PauseStateAndScheduleHoldBack) {
  emergency_.set_paused(true);
  rollout_.set_state(v1::Rollout::PAUSED);
  auto* task = rollout_.mutable_stages(0)->mutable_tasks(0);
  task->mutable_run_after()->set_seconds(ToMicros(kNow) / 1'000'000 + 1);
  EXPECT_THAT(Judge(), ElementsAre(gate::kEmergencyPause, gate::kRolloutState, gate::kSchedule));
}

TEST_F(GateTest, ALookAtTheRolloutShowsPauseAndUnknownTasks) {
  EXPECT_THAT(GatesOf(JudgeRollout(Facts(), rollout_)), IsEmpty());
  rollout_.set_state(v1::Rollout::PAUSED);
  rollout_.mutable_stages(0)->mutable_tasks(0)->set_state(v1::Task::UNKNOWN);
  EXPECT_THAT(GatesOf(JudgeRollout(Facts(), rollout_)), ElementsAre(gate::kRolloutState, gate::kTaskState));
}

TEST_F(GateTest, TheErrorListsEveryReason) {
  emergency_.set_paused(true);
  emergency_.set_reason("incident 7");
  issue_.mutable_approval()->set_status(v1::Approval::PENDING);
  const Error error = GateClosed(JudgeChange(Facts()));
  EXPECT_EQ(error.code(), Code::kFailedPrecondition);
  EXPECT_EQ(error.reason(), reasons::kGateClosed);
  EXPECT_THAT(error.message(),
              testing::AllOf(testing::HasSubstr("waits for approval"), testing::HasSubstr("incident 7")));
}

TEST_F(GateTest, ARolloutSettlesByItsTasks) {
  EXPECT_EQ(SettledState(rollout_), v1::Rollout::RUNNING);
  rollout_.mutable_stages(0)->mutable_tasks(0)->set_state(v1::Task::UNKNOWN);
  EXPECT_EQ(SettledState(rollout_), v1::Rollout::FAILED);
  rollout_.mutable_stages(1)->mutable_tasks(0)->set_state(v1::Task::RUNNING);
  EXPECT_EQ(SettledState(rollout_), v1::Rollout::RUNNING);
  for (auto& stage : *rollout_.mutable_stages()) stage.mutable_tasks(0)->set_state(v1::Task::DONE);
  EXPECT_EQ(SettledState(rollout_), v1::Rollout::DONE);
}

TEST(BuildStages, OneStageAnEnvironmentInOrder) {
  v1::EnvironmentSetting environments;
  for (const char* id : {"dev", "staging", "prod"}) environments.add_environments()->set_id(id);
  std::vector<v1::Database> databases(2);
  databases[0].set_name("instances/prod/databases/shop");
  databases[0].set_environment("environments/prod");
  databases[1].set_name("instances/dev/databases/shop");
  databases[1].set_environment("environments/dev");
  for (auto& database : databases) database.set_project("projects/play");
  v1::Plan plan;
  auto* spec = plan.add_specs();
  for (const auto& database : databases) spec->add_targets(database.name());

  const auto stages = BuildStages(plan, "projects/play", databases, environments);
  ASSERT_TRUE(stages.ok());
  ASSERT_EQ(stages->size(), 2u);
  EXPECT_EQ((*stages)[0].environment(), "environments/dev");
  EXPECT_EQ((*stages)[1].tasks(0).target(), "instances/prod/databases/shop");

  EXPECT_EQ(BuildStages(plan, "projects/other", databases, environments).error().reason(),
            reasons::kDatabaseNotInProject);
  databases[1].set_environment("environments/gone");
  EXPECT_EQ(BuildStages(plan, "projects/play", databases, environments).error().reason(),
            reasons::kDatabaseWithoutEnvironment);
}

}  // namespace
}  // namespace argus::domain
