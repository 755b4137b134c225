#include "command/rollout_command.h"

#include "command/change_facts.h"
#include "command/change_test_support.h"

namespace argus::command {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

class RolloutCommandTest : public ChangeTest {
 protected:
  Result<v1::Rollout> Pause(const v1::Rollout& rollout) {
    v1::PauseRolloutRequest request;
    request.set_name(rollout.name());
    return rollouts_.Pause(As("carol"), request);
  }
  Result<v1::Rollout> Resume(const v1::Rollout& rollout) {
    v1::ResumeRolloutRequest request;
    request.set_name(rollout.name());
    return rollouts_.Resume(As("carol"), request);
  }
  Result<v1::Rollout> Cancel(const v1::Rollout& rollout) {
    v1::CancelRolloutRequest request;
    request.set_name(rollout.name());
    return rollouts_.Cancel(As("carol"), request);
  }
  Result<v1::BatchSkipTasksResponse> Skip(const v1::Rollout& rollout, const std::vector<std::string>& tasks,
                                          const std::string& reason) {
    v1::BatchSkipTasksRequest request;
    request.set_parent(rollout.name());
    request.mutable_tasks()->Assign(tasks.begin(), tasks.end());
    request.set_reason(reason);
    return tasks_.BatchSkip(As("bob"), request);
  }
  Result<v1::TaskRun> Resolve(const v1::TaskRun& run, v1::TaskRun::State outcome, const std::string& reason) {
    v1::ResolveTaskRunRequest request;
    request.set_name(run.name());
    request.set_outcome(outcome);
    request.set_reason(reason);
    return task_runs_.Resolve(As("admin"), request);
  }
  static std::string TaskOf(const v1::Rollout& rollout, int stage, int task = 0) {
    return rollout.stages(stage).tasks(task).name();
  }
  v1::Rollout::State StateOf(const v1::Rollout& rollout) { return Reload(rollout).state(); }
  std::vector<std::string> BlockedBy(const v1::Rollout& rollout) {
    auto reader = Read();
    std::vector<std::string> gates;
    for (const auto& finding : Must(JudgeRollout(reader, Reload(rollout), clock_.Now())).findings) {
      gates.push_back(finding.gate());
    }
    return gates;
  }
};

TEST_P(RolloutCommandTest, ThereIsOneForAPlan) {
  const auto rollout = AddRollout();
  EXPECT_EQ(rollout.state(), v1::Rollout::NOT_STARTED);
  EXPECT_EQ(States(rollout), "dev:NOT_STARTED prod:NOT_STARTED");
  v1::Plan plan;
  plan.set_name(rollout.plan());
  EXPECT_EQ(Must(CreateRollout(plan)).name(), rollout.name());
}

TEST_P(RolloutCommandTest, OnlyAnActivePlanWithPlacedDatabasesIsCarriedOut) {
  const auto plan = AddPlan();
  EXPECT_EQ(ReasonOf(CreateRollout(plan)), "PLAN_NOT_ACTIVE");
  AddIssue(plan);
  Transfer({"prod", "shop"}, "");
  EXPECT_EQ(ReasonOf(CreateRollout(plan)), "DATABASE_NOT_IN_PROJECT");
}

TEST_P(RolloutCommandTest, StagesFollowEachOtherUntilAllIsDone) {
  const auto rollout = AddRollout();
  EXPECT_EQ(Must(Start(rollout)).state(), v1::Rollout::RUNNING);
  EXPECT_EQ(States(rollout), "dev:PENDING prod:NOT_STARTED");
  const auto run = EndNext();
  EXPECT_EQ(run.creator(), "users/carol");
  EXPECT_EQ(States(rollout), "dev:DONE prod:PENDING");
  EndNext();
  EXPECT_EQ(StateOf(rollout), v1::Rollout::DONE);
  EXPECT_TRUE(Reload(rollout).has_end_time());
  v1::Issue issue;
  issue.set_name(rollout.issue());
  EXPECT_EQ(Reload(issue).state(), v1::Issue::DONE);
  EXPECT_EQ(ReasonOf(Start(rollout)), "INVALID_STATE_TRANSITION");
  EXPECT_THAT(Audit("action = \"bb.taskrun.start\""), SizeIs(2));
  EXPECT_THAT(Audit("action = \"bb.taskrun.done\""), SizeIs(2));
  EXPECT_THAT(Audit("action = \"bb.rollout.complete\""), SizeIs(1));
}

TEST_P(RolloutCommandTest, AClosedGateNamesEveryReason) {
  const auto plan = AddPlan();
  AddIssue(plan);
  EndChecks(v1::PlanCheckRun::ERROR);
  const auto rollout = Must(CreateRollout(plan));
  SetPause(true);
  Freeze("environments/dev");
  const auto started = Start(rollout);
  EXPECT_EQ(ReasonOf(started), "GATE_CLOSED");
  EXPECT_THAT(started.error().message(), AllOf(HasSubstr("waits for approval"), HasSubstr("Found errors"),
                                               HasSubstr("incident 7"), HasSubstr("year end")));
  EXPECT_EQ(StateOf(rollout), v1::Rollout::NOT_STARTED);
  EXPECT_THAT(BlockedBy(rollout), testing::IsSupersetOf({"APPROVAL", "CHECK", "EMERGENCY_PAUSE", "FREEZE"}));
}

TEST_P(RolloutCommandTest, AGateThatClosesLaterHoldsTheRunBack) {
  const auto rollout = AddRollout({kDev});
  Must(Start(rollout));
  SetPause(true);
  EXPECT_FALSE(Claim().has_value());
  EXPECT_EQ(States(rollout), "dev:PENDING");
  SetPause(false);
  EXPECT_EQ(EndNext().state(), v1::TaskRun::DONE);
}

TEST_P(RolloutCommandTest, AFreezeIsOverriddenWithPermissionAndReason) {
  const auto rollout = AddRollout();
  Freeze("environments/dev");
  EXPECT_EQ(ReasonOf(Start(rollout)), "GATE_CLOSED");
  EXPECT_EQ(ReasonOf(Start(rollout, "carol", "the shop is down")), "PERMISSION_DENIED");
  Must(Start(rollout, "admin", "the shop is down"));
  const auto overrides = Audit("action = \"bb.freeze.override\"");
  ASSERT_THAT(overrides, SizeIs(1));
  EXPECT_EQ(overrides[0].severity(), v1::AuditLog::CRITICAL);
  EXPECT_EQ(EndNext().override_freeze_reason(), "the shop is down");
}

TEST_P(RolloutCommandTest, AnOverrideEndsWithItsEnvironment) {
  const auto rollout = AddRollout();
  Freeze("environments/dev");
  Must(Start(rollout, "admin", "the shop is down"));
  EndNext();
  Freeze("environments/prod");
  EXPECT_FALSE(Claim().has_value());
  EXPECT_THAT(BlockedBy(rollout), testing::ElementsAre("FREEZE"));
}

TEST_P(RolloutCommandTest, APauseHoldsBackWhatWaits) {
  const auto rollout = AddRollout({kDev, kDevStock});
  Must(Start(rollout));
  const auto running = Claim();
  Must(Pause(rollout));
  EXPECT_FALSE(Claim().has_value());
  EXPECT_THAT(BlockedBy(rollout), testing::ElementsAre("ROLLOUT_STATE"));
  End(*running);  // what runs goes on
  EXPECT_EQ(ReasonOf(Pause(rollout)), "INVALID_STATE_TRANSITION");
  Must(Resume(rollout));
  EndNext();
  EXPECT_EQ(StateOf(rollout), v1::Rollout::DONE);
}

TEST_P(RolloutCommandTest, NothingStartsByItselfAfterAFailure) {
  const auto rollout = AddRollout();
  Must(Start(rollout));
  EndNext(v1::TaskRun::FAILED);
  EXPECT_EQ(StateOf(rollout), v1::Rollout::FAILED);
  EXPECT_EQ(States(rollout), "dev:FAILED prod:NOT_STARTED");
  EXPECT_FALSE(Claim().has_value());
  Must(Start(rollout));  // runs again what failed, and goes on
  EXPECT_EQ(EndNext().attempt(), 2);
  EXPECT_EQ(States(rollout), "dev:DONE prod:PENDING");
}

TEST_P(RolloutCommandTest, NamedTasksRunAloneUntilAStartTakesOver) {
  const auto rollout = AddRollout({kDev, kDevStock, kProd});
  const auto first = Must(RunTasks(rollout, {TaskOf(rollout, 0)}));
  EXPECT_EQ(first.task_runs(0).state(), v1::TaskRun::PENDING);
  EXPECT_EQ(Must(RunTasks(rollout, {TaskOf(rollout, 0)})).task_runs(0).name(), first.task_runs(0).name());
  EndNext();
  EXPECT_EQ(States(rollout), "dev:DONE dev:NOT_STARTED prod:NOT_STARTED");
  EXPECT_EQ(StateOf(rollout), v1::Rollout::RUNNING);
  EXPECT_EQ(ReasonOf(RunTasks(rollout, {TaskOf(rollout, 1)})), "GATE_CLOSED");  // the stage before is not complete
  Must(Start(rollout));
  EXPECT_EQ(States(rollout), "dev:DONE dev:PENDING prod:NOT_STARTED");
}

TEST_P(RolloutCommandTest, TasksOfOneDatabaseKeepTheirOrder) {
  auto request = PlanRequest(AddSheet("CREATE TABLE a (id INTEGER PRIMARY KEY)"), {kDev});
  auto* second = request.mutable_plan()->add_specs();
  second->set_sheet(AddSheet("CREATE TABLE b (id INTEGER PRIMARY KEY)"));
  second->add_targets(kDev);
  const auto plan = Must(plans_.Create(As("alice"), request));
  const auto issue = AddIssue(plan);
  EndChecks();
  Must(Approve("bob", issue));
  const auto rollout = Must(CreateRollout(plan));

  EXPECT_THAT(RunTasks(rollout, {TaskOf(rollout, 0, 1)}).error().message(), HasSubstr("TASK_ORDER"));
  Must(RunTasks(rollout, {TaskOf(rollout, 0, 1), TaskOf(rollout, 0, 0)}));
  EXPECT_EQ(States(rollout), "dev:PENDING dev:PENDING");
  const auto running = Claim();
  EXPECT_EQ(running->name.Task().ToString(), TaskOf(rollout, 0, 0));
  EXPECT_FALSE(Claim().has_value());
  End(*running, v1::TaskRun::FAILED);
  EXPECT_EQ(States(rollout), "dev:FAILED dev:CANCELED");  // what waited behind it will not run
  EXPECT_EQ(StateOf(rollout), v1::Rollout::FAILED);
}

TEST_P(RolloutCommandTest, SkippingNeedsAReasonAndCompletes) {
  const auto rollout = AddRollout();
  EXPECT_EQ(FieldOf(Skip(rollout, {TaskOf(rollout, 0)}, "")), "reason");
  EXPECT_EQ(FieldOf(Skip(rollout, {"projects/play/rollouts/1/tasks/1"}, "x")), "tasks[0]");
  EXPECT_EQ(Must(Skip(rollout, {TaskOf(rollout, 0)}, "done by hand")).tasks(0).skip_reason(), "done by hand");
  Must(Start(rollout));
  EXPECT_EQ(States(rollout), "dev:SKIPPED prod:PENDING");
  EXPECT_EQ(ReasonOf(Skip(rollout, {TaskOf(rollout, 1)}, "no")), "INVALID_STATE_TRANSITION");
  EndNext();
  EXPECT_EQ(StateOf(rollout), v1::Rollout::DONE);
}

TEST_P(RolloutCommandTest, CancellingEndsWhatWaitsAndStopsWhatRuns) {
  const auto rollout = AddRollout({kDev, kDevStock, kProd});
  Must(Start(rollout));
  const auto running = Claim();
  EXPECT_EQ(Must(Cancel(rollout)).state(), v1::Rollout::CANCELED);
  EXPECT_EQ(States(rollout), "dev:RUNNING dev:CANCELED prod:CANCELED");
  auto reader = Read();
  EXPECT_TRUE(Must(store::GetTaskRun(reader, running->name)).cancel_requested());
  End(*running);  // it loses to COMMIT
  EXPECT_EQ(States(rollout), "dev:DONE dev:CANCELED prod:CANCELED");
  EXPECT_EQ(StateOf(rollout), v1::Rollout::CANCELED);
}

TEST_P(RolloutCommandTest, RunsAreCanceledByName) {
  const auto rollout = AddRollout({kDev});
  Must(Start(rollout));
  v1::CancelTaskRunsRequest request;
  request.set_parent(rollout.name());
  EXPECT_EQ(FieldOf(task_runs_.Cancel(As("carol"), request)), "taskRuns");
  request.add_task_runs(Reload(rollout).stages(0).tasks(0).latest_task_run());
  EXPECT_EQ(Must(task_runs_.Cancel(As("carol"), request)).task_runs(0).state(), v1::TaskRun::CANCELED);
  EXPECT_EQ(StateOf(rollout), v1::Rollout::FAILED);
  EXPECT_EQ(Must(task_runs_.Cancel(As("carol"), request)).task_runs(0).state(), v1::TaskRun::CANCELED);
}

TEST_P(RolloutCommandTest, AnUnknownOutcomeBlocksUntilAPersonDecides) {
  const auto rollout = AddRollout();
  Must(Start(rollout));
  const auto lost = EndNext(v1::TaskRun::UNKNOWN);
  EXPECT_EQ(States(rollout), "dev:UNKNOWN prod:NOT_STARTED");
  EXPECT_EQ(ReasonOf(Start(rollout)), "TASK_RUN_UNKNOWN");
  EXPECT_EQ(ReasonOf(RunTasks(rollout, {TaskOf(rollout, 0)})), "GATE_CLOSED");
  EXPECT_EQ(ReasonOf(Skip(rollout, {TaskOf(rollout, 0)}, "x")), "INVALID_STATE_TRANSITION");
  EXPECT_EQ(FieldOf(Resolve(lost, v1::TaskRun::RUNNING, "x")), "outcome");
  EXPECT_EQ(FieldOf(Resolve(lost, v1::TaskRun::DONE, "")), "reason");
  const auto resolved = Must(Resolve(lost, v1::TaskRun::DONE, "the table is there"));
  EXPECT_EQ(resolved.state(), v1::TaskRun::DONE);
  EXPECT_EQ(resolved.resolver(), "users/admin");
  EXPECT_EQ(Audit("action = \"bb.taskrun.resolve\"").at(0).severity(), v1::AuditLog::CRITICAL);
  EXPECT_EQ(States(rollout), "dev:DONE prod:NOT_STARTED");
  EXPECT_EQ(ReasonOf(Resolve(lost, v1::TaskRun::FAILED, "no")), "INVALID_STATE_TRANSITION");
  Must(Start(rollout));
  EXPECT_EQ(States(rollout), "dev:DONE prod:PENDING");
}

TEST_P(RolloutCommandTest, AScheduledTaskWaitsForItsTime) {
  const auto rollout = AddRollout({kDev});
  v1::UpdateTaskRequest request;
  *request.mutable_task() = rollout.stages(0).tasks(0);
  request.mutable_task()->mutable_run_after()->set_seconds(ToMicros(clock_.Now()) / 1'000'000 + 60);
  request.mutable_update_mask()->add_paths("run_after");
  Must(tasks_.Update(As("bob"), request));
  Must(Start(rollout));
  EXPECT_FALSE(Claim().has_value());
  request.mutable_task()->clear_etag();
  EXPECT_EQ(ReasonOf(tasks_.Update(As("bob"), request)), "INVALID_STATE_TRANSITION");
  clock_.passed += std::chrono::seconds(61);
  EXPECT_TRUE(Claim().has_value());
}

TEST_P(RolloutCommandTest, OthersSeeAndStartNothing) {
  const auto rollout = AddRollout();
  EXPECT_EQ(ReasonOf(Start(rollout, "alice")), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOf(Start(rollout, "mallory")), "RESOURCE_NOT_FOUND");
}

ARGUS_COMMAND_SUITE(RolloutCommandTest);

}  // namespace
}  // namespace argus::command
