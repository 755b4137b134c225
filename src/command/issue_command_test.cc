#include "command/issue_command.h"

#include "command/change_test_support.h"
#include "command/plan_check_command.h"

namespace argus::command {
namespace {

using testing::HasSubstr;

class IssueCommandTest : public ChangeTest {
 protected:
  Result<v1::Issue> TryCreate(const v1::Plan& plan) {
    v1::CreateIssueRequest request;
    request.set_parent(kProject);
    request.mutable_issue()->set_plan(plan.name());
    return issues_.Create(As("alice"), request);
  }
  Result<v1::Issue> Reject(const std::string& user, const v1::Issue& issue, const std::string& comment) {
    v1::RejectIssueRequest request;
    request.set_name(issue.name());
    request.set_comment(comment);
    return issues_.Reject(As(user), request);
  }
  Result<v1::Issue> Cancel(const v1::Issue& issue) {
    v1::CancelIssueRequest request;
    request.set_name(issue.name());
    return issues_.Cancel(As("alice"), request);
  }
  void SetRule(const std::string& condition, const std::string& approver) {
    v1::Setting setting;
    auto* rule = setting.mutable_workspace_approval()->add_rules();
    rule->set_condition(condition);
    rule->mutable_template_()->set_title("rule");
    if (!approver.empty()) rule->mutable_template_()->add_steps()->add_approvers(approver);
    Set(setting, domain::setting::kWorkspaceApproval);
  }
  v1::Approval ApprovalFor(const std::vector<std::string>& targets) {
    const auto issue = AddIssue(AddPlan(targets));
    EndChecks();
    return Reload(issue).approval();
  }
};

TEST_P(IssueCommandTest, ActivatesThePlanAndWaitsForItsChecks) {
  const auto plan = AddPlan();
  const auto issue = AddIssue(plan);
  EXPECT_EQ(issue.title(), "Add t");
  EXPECT_EQ(issue.approval().status(), v1::Approval::CHECKING);
  EXPECT_EQ(Reload(plan).state(), v1::Plan::ACTIVE);
  EXPECT_EQ(Reload(plan).issue(), issue.name());
  EndChecks();
  EXPECT_EQ(Reload(issue).approval().status(), v1::Approval::PENDING);
  EXPECT_FALSE(Reload(issue).approval().content_hash().empty());
  EXPECT_EQ(Audit("action = \"bb.issue.approval.request\"").size(), 1u);
}

TEST_P(IssueCommandTest, AsksAtOnceWhenTheChecksAreDone) {
  const auto plan = AddPlan();
  EndChecks();
  EXPECT_EQ(AddIssue(plan).approval().status(), v1::Approval::PENDING);
}

TEST_P(IssueCommandTest, OnePlanHasOneOpenIssue) {
  const auto plan = AddPlan();
  const auto issue = AddIssue(plan);
  EXPECT_EQ(ReasonOf(TryCreate(plan)), "PLAN_HAS_ISSUE");
  Must(Cancel(issue));
  EXPECT_TRUE(TryCreate(plan).ok());
}

TEST_P(IssueCommandTest, APlanOfElsewhereIsRefused) {
  v1::Plan plan;
  plan.set_name("projects/other/plans/1");
  EXPECT_EQ(FieldOf(TryCreate(plan)), "issue.plan");
  plan.set_name("projects/play/plans/999");
  EXPECT_EQ(ReasonOf(TryCreate(plan)), "RESOURCE_NOT_FOUND");
}

TEST_P(IssueCommandTest, AnotherPersonApproves) {
  const auto issue = AddIssue(AddPlan());
  EXPECT_EQ(ReasonOf(Approve("bob", issue)), "INVALID_STATE_TRANSITION");  // still checking
  EndChecks();
  EXPECT_EQ(ReasonOf(Approve("alice", issue)), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOf(Approve("mallory", issue)), "RESOURCE_NOT_FOUND");
  const auto approved = Must(Approve("bob", issue));
  EXPECT_EQ(approved.approval().status(), v1::Approval::APPROVED);
  EXPECT_EQ(approved.approval().decisions(0).approver(), "users/bob");
  EXPECT_EQ(LastAudit().action(), "bb.issue.approve");
  EXPECT_EQ(LastAudit().extra().fields().at("approval_step").string_value(), "1");
}

TEST_P(IssueCommandTest, AnAuthorDoesNotApprove) {
  Give(kProject, {"roles/projectOwner", "users/alice"});
  const auto issue = AddIssue(AddPlan());
  EndChecks();
  EXPECT_EQ(ReasonOf(Approve("alice", issue)), "SELF_APPROVAL");
}

TEST_P(IssueCommandTest, WhoRewroteTheSpecsIsAnAuthorToo) {
  const auto plan = AddPlan();
  const auto issue = AddIssue(plan);
  v1::UpdatePlanRequest request;
  *request.mutable_plan() = Reload(plan);
  request.mutable_plan()->mutable_specs(0)->mutable_targets()->RemoveLast();
  request.mutable_update_mask()->add_paths("specs");
  Must(plans_.Update(As("bob"), request));
  EndChecks();
  EXPECT_EQ(ReasonOf(Approve("bob", issue)), "SELF_APPROVAL");
}

TEST_P(IssueCommandTest, ContentThatWasNotReadIsNotApproved) {
  const auto issue = AddIssue(AddPlan());
  EndChecks();
  v1::ApproveIssueRequest request;
  request.set_name(issue.name());
  request.set_content_hash("something else");
  EXPECT_EQ(ReasonOf(issues_.Approve(As("bob"), request)), "CONTENT_CHANGED");
}

TEST_P(IssueCommandTest, ARejectionSaysWhy) {
  const auto issue = AddIssue(AddPlan());
  EndChecks();
  EXPECT_EQ(FieldOf(Reject("bob", issue, " ")), "comment");
  EXPECT_EQ(Must(Reject("bob", issue, "no index")).approval().status(), v1::Approval::REJECTED);
}

TEST_P(IssueCommandTest, TheSameVerdictsKeepTheApprovalAndOthersVoidIt) {
  const auto plan = AddPlan();
  const auto issue = AddIssue(plan);
  EndChecks();
  Must(Approve("bob", issue));
  PlanCheckCommands checks(*metastore_, changes_);
  v1::RunPlanChecksRequest again;
  again.set_name(plan.name());
  Must(checks.Run(As("alice"), again));
  EndChecks();
  EXPECT_EQ(Reload(issue).approval().status(), v1::Approval::APPROVED);
  Must(checks.Run(As("alice"), again));
  EndChecks(v1::PlanCheckRun::WARNING);
  EXPECT_EQ(Reload(issue).approval().status(), v1::Approval::PENDING);
  EXPECT_EQ(Reload(issue).approval().decisions_size(), 0);
}

TEST_P(IssueCommandTest, RulesSeeEnvironmentEngineAndStatements) {
  SetRule("environment == 'environments/prod' && engine == 'SQLITE' && 'CREATE_TABLE' in statement_types", "users/carol");
  EXPECT_EQ(ApprovalFor({kDev, kProd}).template_().title(), "rule");
  EXPECT_NE(ApprovalFor({kDev}).template_().title(), "rule");
}

TEST_P(IssueCommandTest, ARuleWithoutStepsSkipsTheApproval) {
  SetRule("environment == 'environments/dev'", "");
  EXPECT_EQ(ApprovalFor({kDev}).status(), v1::Approval::SKIPPED);
}

TEST_P(IssueCommandTest, ARuleThatCannotBeEvaluatedBlocks) {
  SetRule("statement_count / 0 > 1", "users/bob");
  const auto approval = ApprovalFor({kDev});
  EXPECT_EQ(approval.status(), v1::Approval::CHECKING);
  EXPECT_THAT(approval.error(), HasSubstr("cannot be evaluated"));
}

TEST_P(IssueCommandTest, CommentsAndUpdatesAreRecorded) {
  const auto issue = AddIssue(AddPlan());
  v1::CommentIssueRequest comment;
  comment.set_name(issue.name());
  EXPECT_EQ(FieldOf(issues_.Comment(As("bob"), comment)), "content");
  comment.set_content("why now?");
  EXPECT_EQ(Must(issues_.Comment(As("bob"), comment)).creator(), "users/bob");
  v1::UpdateIssueRequest update;
  *update.mutable_issue() = Reload(issue);
  update.mutable_issue()->set_ticket("CHG-1");
  update.mutable_update_mask()->add_paths("ticket");
  EXPECT_EQ(Must(issues_.Update(As("alice"), update)).ticket(), "CHG-1");
  EXPECT_EQ(ReasonOf(issues_.Update(As("alice"), update)), "ETAG_MISMATCH");
  EXPECT_EQ(LastAudit().action(), "bb.issue.update");
}

TEST_P(IssueCommandTest, ACanceledIssueDecidesNothing) {
  const auto issue = AddIssue(AddPlan());
  EndChecks();
  Must(Cancel(issue));
  EXPECT_EQ(ReasonOf(Approve("bob", issue)), "INVALID_STATE_TRANSITION");
  EXPECT_EQ(ReasonOf(Cancel(issue)), "INVALID_STATE_TRANSITION");
}

ARGUS_COMMAND_SUITE(IssueCommandTest);

}  // namespace
}  // namespace argus::command
