// Plans, checks, issues, rollouts, tasks, revisions and changelogs.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include "domain/reasons.h"
#include "store/issue_store.h"
#include "store/plan_check_run_store.h"
#include "store/revision_store.h"
#include "store/task_store.h"
#include "store/test_fixture.h"

namespace argus::store {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;

class ChangeTest : public StoreTest {
 protected:
  ChangeTest() : project_(AddProject("play")) {}

  domain::PlanName NameOf(const v1::Plan& plan) { return Must(domain::PlanName::Parse(plan.name())); }
  v1::Issue AddIssue(const v1::Plan& plan) {
    v1::Issue issue;
    issue.set_title("Issue");
    issue.set_description("Why");
    issue.set_state(v1::Issue::OPEN);
    issue.set_plan(plan.name());
    issue.set_creator("users/alice");
    issue.set_ticket("CHG-1");
    issue.mutable_approval()->set_status(v1::Approval::CHECKING);
    return Must(Write([&](Transaction& tx) { return InsertIssue(tx, project_, issue); }));
  }
  v1::Rollout AddRollout(const v1::Plan& plan) {
    return Must(Write([&](Transaction& tx) { return InsertRollout(tx, project_, NewRollout(plan)); }));
  }
  static v1::Rollout NewRollout(const v1::Plan& plan) {
    v1::Rollout rollout;
    rollout.set_plan(plan.name());
    rollout.set_title("Rollout");
    rollout.set_state(v1::Rollout::NOT_STARTED);
    rollout.set_creator("users/alice");
    rollout.set_automatic(true);
    for (const char* environment : {"environments/dev", "environments/prod"}) {
      v1::Stage* stage = rollout.add_stages();
      stage->set_environment(environment);
      for (const char* target : {"instances/pg1/databases/a", "instances/pg1/databases/b"}) {
        v1::Task* task = stage->add_tasks();
        task->set_spec_id("s1");
        task->set_sheet("projects/play/sheets/" + std::string(64, 'a'));
        task->set_target(target);
        task->set_environment(environment);
        task->set_state(v1::Task::NOT_STARTED);
      }
    }
    return rollout;
  }

  domain::ProjectName project_;
};
ARGUS_STORE_SUITE(ChangeTest);

TEST_P(ChangeTest, PlanReadsAsWritten) {
  v1::Plan plan;
  plan.set_title("Add column");
  plan.set_description("Why");
  plan.set_state(v1::Plan::DRAFT);
  plan.set_creator("users/alice");
  plan.set_specs_author("users/alice");
  plan.set_content_hash("abc");
  plan.add_specs()->add_targets("instances/pg1/databases/shop");
  const v1::Plan added = Must(Write([&](Transaction& tx) { return InsertPlan(tx, project_, plan); }));
  EXPECT_EQ(added.name(), "projects/play/plans/101");
  auto read = Read();
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetPlan(read, {"play", 101})), added));
  EXPECT_EQ(GetPlan(read, {"other", 101}).error().code(), Code::kNotFound);

  v1::Plan changed = added;
  changed.set_state(v1::Plan::ACTIVE);
  changed.clear_specs();
  changed = Must(Write([&](Transaction& tx) { return UpdatePlan(tx, changed); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetPlan(read, {"play", 101})), changed));
}

TEST_P(ChangeTest, PlansAreListedNewestFirst) {
  AddProject("other");
  for (const char* title : {"a", "b", "c"}) AddPlan(project_, title);
  AddPlan({"other"}, "d");
  auto read = Read();
  const auto page = Must(ListPlans(read, project_, {.page_size = 2, .show_total_size = true}));
  EXPECT_EQ(page.total_size, 3);
  EXPECT_EQ(page.items.at(0).title(), "c");
  const auto rest = Must(ListPlans(read, project_, {.page_token = page.next_page_token}));
  EXPECT_EQ(rest.items.at(0).title(), "a");
  EXPECT_EQ(ListPlans(read, {"other"}, {.page_token = page.next_page_token}).error().reason(),
            reasons::kInvalidPageToken);
}

TEST_P(ChangeTest, AnIssueAndRolloutShowOnTheirPlan) {
  const v1::Plan plan = AddPlan(project_);
  EXPECT_EQ(plan.issue(), "");
  const v1::Issue issue = AddIssue(plan);
  const v1::Rollout rollout = AddRollout(plan);
  auto read = Read();
  const v1::Plan stored = Must(GetPlan(read, NameOf(plan)));
  EXPECT_EQ(stored.issue(), issue.name());
  EXPECT_EQ(stored.rollout(), rollout.name());
  EXPECT_EQ(rollout.issue(), issue.name());
  EXPECT_EQ(Must(FindIssueOfPlan(read, NameOf(plan)))->rollout(), rollout.name());
}

TEST_P(ChangeTest, IssueReadsAsWritten) {
  const v1::Issue added = AddIssue(AddPlan(project_));
  auto read = Read();
  const auto name = Must(domain::IssueName::Parse(added.name()));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetIssue(read, name)), added));
  v1::Issue changed = added;
  changed.mutable_approval()->set_status(v1::Approval::PENDING);
  changed.mutable_approval()->add_decisions()->set_approver("users/bob");
  changed.set_ticket("CHG-2");
  changed = Must(Write([&](Transaction& tx) { return UpdateIssue(tx, changed); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetIssue(read, name)), changed));
}

TEST_P(ChangeTest, IssuesAreListedAcrossVisibleProjects) {
  const v1::Plan plan = AddPlan(project_);
  AddIssue(plan);
  AddIssue(AddPlan(project_));
  auto read = Read();
  EXPECT_EQ(Must(ListIssues(read, std::nullopt, {})).items.size(), 2u);
  EXPECT_EQ(Must(ListIssues(read, VisibleProjects({{"other"}}), {})).items.size(), 0u);
  EXPECT_EQ(Must(ListIssues(read, std::nullopt, {.filter = "plan = " + plan.name()})).items.size(), 1u);
  EXPECT_EQ(
      Must(ListIssues(read, std::nullopt, {.filter = "approval_status = CHECKING AND ticket = CHG-1"})).items.size(),
      2u);
}

TEST_P(ChangeTest, CommentsAreReadInOrder) {
  const auto issue = Must(domain::IssueName::Parse(AddIssue(AddPlan(project_)).name()));
  for (const char* text : {"one", "two"}) {
    v1::IssueComment comment;
    comment.set_content(text);
    comment.set_creator("users/bob");
    Must(Write([&](Transaction& tx) { return InsertIssueComment(tx, issue, comment); }));
  }
  auto read = Read();
  const auto page = Must(ListIssueComments(read, issue, {.page_size = 1}));
  EXPECT_EQ(page.items.at(0).content(), "one");
  EXPECT_EQ(page.items.at(0).name(), issue.ToString() + "/comments/101");
  EXPECT_EQ(Must(ListIssueComments(read, issue, {.page_token = page.next_page_token})).items.at(0).content(), "two");
  EXPECT_TRUE(Must(ListIssueComments(read, {"other", issue.issue}, {})).items.empty());
}

TEST_P(ChangeTest, RolloutReadsAsWritten) {
  const v1::Rollout added = AddRollout(AddPlan(project_));
  ASSERT_EQ(added.stages_size(), 2);
  EXPECT_EQ(added.stages(1).environment(), "environments/prod");
  EXPECT_EQ(added.stages(1).tasks(0).name(), added.name() + "/tasks/103");
  EXPECT_EQ(added.stages(1).tasks(0).spec_id(), "s1");
  EXPECT_EQ(added.stages(0).tasks(1).target(), "instances/pg1/databases/b");
  EXPECT_TRUE(added.automatic());
  auto read = Read();
  const auto name = Must(domain::RolloutName::Parse(added.name()));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetRollout(read, name)), added));

  v1::Rollout changed = added;
  changed.set_state(v1::Rollout::RUNNING);
  changed.mutable_start_time()->set_seconds(7);
  changed = Must(Write([&](Transaction& tx) { return UpdateRollout(tx, changed); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetRollout(read, name)), changed));
  EXPECT_EQ(Must(GetRolloutHead(read, name)).stages_size(), 0);
  EXPECT_THAT(Must(RolloutsInState(read, v1::Rollout::RUNNING)), ElementsAre(name));
  EXPECT_EQ(Must(ListRollouts(read, project_, {.filter = "state = RUNNING"})).items.size(), 1u);
}

TEST_P(ChangeTest, APlanHasOneRollout) {
  const v1::Plan plan = AddPlan(project_);
  const v1::Rollout first = AddRollout(plan);
  const auto second = Write([&](Transaction& tx) { return InsertRollout(tx, project_, NewRollout(plan)); });
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason(), reasons::kResourceAlreadyExists);
  auto read = Read();
  EXPECT_EQ(Must(FindRolloutOfPlan(read, NameOf(plan)))->name(), first.name());
}

TEST_P(ChangeTest, TaskKeepsStateScheduleAndReason) {
  const v1::Rollout rollout = AddRollout(AddPlan(project_));
  v1::Task task = rollout.stages(0).tasks(1);
  task.set_state(v1::Task::SKIPPED);
  task.set_skip_reason("done by hand");
  task.mutable_run_after()->set_seconds(99);
  task = Must(Write([&](Transaction& tx) { return UpdateTask(tx, task); }));
  auto read = Read();
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetTask(read, Must(domain::TaskName::Parse(task.name())))), task));
  const auto stale = Write([&](Transaction& tx) { return UpdateTask(tx, rollout.stages(0).tasks(1)); });
  EXPECT_EQ(stale.error().reason(), reasons::kEtagMismatch);
  EXPECT_EQ(GetTask(read, {"play", 999, 101}).error().code(), Code::kNotFound);
}

class CheckTest : public ChangeTest {
 protected:
  CheckTest() : plan_(NameOf(AddPlan(project_))) {}
  std::vector<v1::PlanCheckRun> Start() {
    std::vector<v1::PlanCheckRun> runs(2);
    runs[0].set_type(v1::PlanCheckRun::SYNTAX);
    runs[0].set_spec_id("s1");
    runs[0].set_target("instances/pg1/databases/a");
    runs[1].set_type(v1::PlanCheckRun::REVIEW);
    return Must(Write([&](Transaction& tx) { return ReplacePlanCheckRuns(tx, plan_, runs); }));
  }
  std::optional<ClaimedCheck> Claim(std::chrono::seconds lease = std::chrono::seconds(30)) {
    return Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Result<std::optional<ClaimedCheck>> {
      ARGUS_ASSIGN(auto claimed, ClaimPlanCheckRun(tx, "me", tx.lease_now() + lease));
      ARGUS_RETURN_IF_ERROR(tx.CommitUnaudited(Unaudited::kCheckProgress));
      return claimed;
    }));
  }
  domain::PlanName plan_;
};
ARGUS_STORE_SUITE(CheckTest);

TEST_P(CheckTest, ChecksAreClaimedOnceAndFinished) {
  Start();
  auto read = Read();
  EXPECT_EQ(Must(CountPendingPlanCheckRuns(read)), 2);
  const auto claimed = Claim();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->run.state(), v1::PlanCheckRun::RUNNING);
  EXPECT_EQ(claimed->run.spec_id(), "s1");
  EXPECT_EQ(claimed->origin.correlation_id, "req-1");
  EXPECT_EQ(claimed->origin.trace.trace_id, std::string(32, 'a'));
  EXPECT_TRUE(claimed->origin.trace.sampled);
  EXPECT_TRUE(Claim());
  EXPECT_FALSE(Claim());

  v1::PlanCheckRun run = claimed->run;
  run.set_state(v1::PlanCheckRun::DONE);
  run.set_verdict(v1::PlanCheckRun::WARNING);
  run.add_results()->set_code("X");
  run.mutable_summary()->set_statement_count(3);
  run = Must(Write([&](Transaction& tx) { return FinishPlanCheckRun(tx, claimed->token, run); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetPlanCheckRun(read, claimed->name)), run));
  EXPECT_EQ(Must(ListPlanCheckRuns(read, plan_, {.filter = "verdict = WARNING"})).items.size(), 1u);
  const auto again = Write([&](Transaction& tx) { return FinishPlanCheckRun(tx, claimed->token, run); });
  EXPECT_EQ(again.error().reason(), reasons::kLeaseLost);
}

TEST_P(CheckTest, ANewRoundReplacesTheOld) {
  const auto first = Start();
  const auto claimed = Claim();
  const auto second = Start();
  auto read = Read();
  const auto current = Must(CurrentPlanCheckRuns(read, plan_));
  ASSERT_EQ(current.size(), 2u);
  EXPECT_EQ(current[0].name(), second[0].name());
  EXPECT_EQ(Must(GetPlanCheckRun(read, Must(domain::PlanCheckRunName::Parse(first[1].name())))).state(),
            v1::PlanCheckRun::CANCELED);
  const Status lost = WriteVoid(
      [&](Transaction& tx) { RenewPlanCheckRun(tx, claimed->token, tx.lease_now() + std::chrono::hours(1)); });
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().reason(), reasons::kLeaseLost);
}

TEST_P(CheckTest, AnExpiredCheckWaitsAgain) {
  Start();
  const auto claimed = Claim(std::chrono::seconds(-1));
  EXPECT_EQ(Must(Write([](Transaction& tx) { return RequeueExpiredPlanCheckRuns(tx); })), 1);
  EXPECT_EQ(Must(Write([](Transaction& tx) { return RequeueExpiredPlanCheckRuns(tx); })), 0);
  EXPECT_EQ(Claim()->name, claimed->name);
}

TEST_P(CheckTest, ACheckIsCanceledOnce) {
  const auto runs = Start();
  const v1::PlanCheckRun canceled = Must(Write([&](Transaction& tx) { return CancelPlanCheckRun(tx, runs[0]); }));
  auto read = Read();
  EXPECT_TRUE(MessageDifferencer::Equals(
      Must(GetPlanCheckRun(read, Must(domain::PlanCheckRunName::Parse(canceled.name())))), canceled));
  EXPECT_FALSE(Write([&](Transaction& tx) { return CancelPlanCheckRun(tx, canceled); }).ok());
}

TEST_P(ChangeTest, RevisionsAndChangelogs) {
  const domain::DatabaseName database{"pg1", "my db"};
  v1::Revision revision;
  revision.set_task_run("projects/play/rollouts/1/tasks/1/taskRuns/1");
  revision.set_sheet_sha256("abc");
  revision = Must(Write([&](Transaction& tx) { return InsertRevision(tx, database, revision); }));
  v1::Changelog changelog;
  changelog.set_revision(revision.name());
  changelog.set_schema_before("f1");
  changelog = Must(Write([&](Transaction& tx) { return InsertChangelog(tx, database, changelog); }));

  auto read = Read();
  EXPECT_EQ(revision.name(), "instances/pg1/databases/my%20db/revisions/101");
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetRevision(read, Must(domain::RevisionName::Parse(revision.name())))),
                                         revision));
  EXPECT_EQ(Must(ListRevisions(read, database, {})).items.size(), 1u);
  EXPECT_EQ(Must(ListRevisions(read, {"pg1", "other"}, {})).items.size(), 0u);
  EXPECT_THAT(Must(DatabasesAwaitingSync(read)), ElementsAre(database));

  Must(WriteVoid([&](Transaction& tx) { CompleteChangelogs(tx, database, "f2", tx.now()); }));
  changelog.set_schema_after("f2");
  const auto stored = Must(GetChangelog(read, Must(domain::ChangelogName::Parse(changelog.name()))));
  EXPECT_TRUE(MessageDifferencer::Equals(stored, changelog));
  EXPECT_TRUE(Must(DatabasesAwaitingSync(read)).empty());
  EXPECT_EQ(Must(ListChangelogs(read, database, {.show_total_size = true})).total_size, 1);
}

}  // namespace
}  // namespace argus::store
