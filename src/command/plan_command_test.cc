#include "command/plan_command.h"

#include "command/change_test_support.h"
#include "command/plan_check_command.h"

namespace argus::command {
namespace {

using testing::HasSubstr;

class PlanCommandTest : public ChangeTest {
 protected:
  Result<v1::Plan> Create(const v1::CreatePlanRequest& request, const std::string& user = "alice") {
    return plans_.Create(As(user), request);
  }
  Result<v1::Plan> Retarget(const v1::Plan& plan, const std::string& target, const std::string& user = "alice") {
    v1::UpdatePlanRequest request;
    *request.mutable_plan() = plan;
    request.mutable_plan()->mutable_specs(0)->clear_targets();
    request.mutable_plan()->mutable_specs(0)->add_targets(target);
    request.mutable_update_mask()->add_paths("specs");
    return plans_.Update(As(user), request);
  }
  Result<v1::Plan> Cancel(const v1::Plan& plan, const std::string& etag = {}) {
    v1::CancelPlanRequest request;
    request.set_name(plan.name());
    request.set_etag(etag);
    return plans_.Cancel(As("alice"), request);
  }
};

TEST_P(PlanCommandTest, ADraftStartsItsChecks) {
  const auto plan = AddPlan();
  EXPECT_EQ(plan.state(), v1::Plan::DRAFT);
  EXPECT_EQ(plan.creator(), "users/alice");
  EXPECT_EQ(plan.specs(0).id(), "spec-1");
  EXPECT_EQ(plan.content_hash().size(), 64u);
  // Two targets: connection, syntax and review for each.
  EXPECT_EQ(ChecksOfPlan(plan).size(), 6u);
  EXPECT_EQ(LastAudit().resource(), plan.name());
}

TEST_P(PlanCommandTest, ARequestIdMakesItOnce) {
  auto request = PlanRequest(AddSheet(), {kDev});
  request.set_request_id("r-1");
  EXPECT_EQ(Must(Create(request)).name(), Must(Create(request)).name());
  request.mutable_plan()->set_title("another");
  EXPECT_EQ(ReasonOf(Create(request)), "REQUEST_ID_REUSED");
}

TEST_P(PlanCommandTest, WrongSpecsAreRefusedByField) {
  const auto sheet = AddSheet();
  const auto field = [&](const v1::CreatePlanRequest& request) { return FieldOf(Create(request)); };
  v1::CreatePlanRequest empty;
  empty.set_parent(kProject);
  EXPECT_EQ(field(empty), "plan.specs");
  EXPECT_EQ(field(PlanRequest(sheet, {})), "plan.specs[0].targets");
  EXPECT_EQ(field(PlanRequest(sheet, {kDev, kDev})), "plan.specs[0].targets[1]");
  EXPECT_EQ(field(PlanRequest(sheet, {"databases/shop"})), "plan.specs[0].targets[0]");
  EXPECT_EQ(field(PlanRequest("", {kDev})), "plan.specs[0].sheet");
  EXPECT_EQ(field(PlanRequest("projects/other/sheets/" + std::string(64, 'a'), {kDev})), "plan.specs[0].sheet");

  auto twice = PlanRequest(sheet, {kDev});
  twice.mutable_plan()->mutable_specs(0)->set_id("s1");
  *twice.mutable_plan()->add_specs() = twice.plan().specs(0);
  EXPECT_EQ(field(twice), "plan.specs[1].id");

  std::vector<std::string> many;
  for (int i = 0; i < 1001; ++i) many.push_back("instances/dev/databases/d" + std::to_string(i));
  EXPECT_EQ(field(PlanRequest(sheet, many)), "plan.specs");
}

TEST_P(PlanCommandTest, WhatTheSpecsNameMustExistInTheProject) {
  EXPECT_EQ(ReasonOf(Create(PlanRequest(std::string(kProject) + "/sheets/" + std::string(64, 'a'), {kDev}))),
            "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Create(PlanRequest(AddSheet(), {"instances/dev/databases/gone"}))), "RESOURCE_NOT_FOUND");
  Transfer({"dev", "shop"}, "");
  EXPECT_EQ(ReasonOf(Create(PlanRequest(AddSheet(), {kDev}))), "RESOURCE_NOT_FOUND");  // alice may not see it
  EXPECT_EQ(ReasonOf(Create(PlanRequest(AddSheet(), {kDev}), "admin")), "DATABASE_NOT_IN_PROJECT");
}

TEST_P(PlanCommandTest, OtherSpecsVoidTheApprovalAndAreCheckedAnew) {
  const auto plan = AddPlan();
  const auto issue = AddIssue(plan);
  EndChecks();
  Must(Approve("bob", issue));
  const auto before = ChecksOfPlan(plan);

  const auto updated = Must(Retarget(Reload(plan), kDevStock, "carol"));
  EXPECT_NE(updated.content_hash(), plan.content_hash());
  EXPECT_EQ(updated.specs_author(), "users/carol");
  EXPECT_EQ(Reload(issue).approval().status(), v1::Approval::CHECKING);
  EXPECT_EQ(ChecksOfPlan(plan).size(), 3u);
  EXPECT_NE(ChecksOfPlan(plan)[0].name(), before[0].name());
}

TEST_P(PlanCommandTest, SpecsAreFinalOnceThereIsARollout) {
  const auto rollout = AddRollout();
  auto reader = Read();
  const auto plan = Must(store::GetPlan(reader, Must(domain::PlanName::Parse(rollout.plan()))));
  EXPECT_EQ(ReasonOf(Retarget(plan, kDevStock)), "PLAN_HAS_ROLLOUT");
}

TEST_P(PlanCommandTest, AStaleEtagIsRefused) {
  const auto plan = AddPlan();
  Must(Retarget(plan, kDevStock));
  EXPECT_EQ(ReasonOf(Retarget(plan, kProd)), "ETAG_MISMATCH");
  EXPECT_EQ(ReasonOf(Cancel(plan, plan.etag())), "ETAG_MISMATCH");
}

TEST_P(PlanCommandTest, CancellingTakesIssueAndChecksAlong) {
  const auto plan = AddPlan();
  const auto issue = AddIssue(plan);
  EXPECT_EQ(Must(Cancel(plan)).state(), v1::Plan::CANCELED);
  EXPECT_EQ(Reload(issue).state(), v1::Issue::CANCELED);
  for (const auto& check : ChecksOfPlan(plan)) EXPECT_EQ(check.state(), v1::PlanCheckRun::CANCELED);
  EXPECT_EQ(ReasonOf(Cancel(plan)), "INVALID_STATE_TRANSITION");
  EXPECT_EQ(ReasonOf(Retarget(Reload(plan), kDevStock)), "PLAN_NOT_ACTIVE");
  EXPECT_EQ(Audit("action = \"bb.issue.cancel\"").size(), 1u);
}

TEST_P(PlanCommandTest, WhatRunsOrIsDoneCannotBeCanceled) {
  const auto rollout = AddRollout({kDev});
  Must(Start(rollout));
  v1::Plan plan;
  plan.set_name(rollout.plan());
  EXPECT_EQ(ReasonOf(Cancel(plan)), "RESOURCE_IN_USE");
  EndNext();
  EXPECT_THAT(Cancel(plan).error().message(), HasSubstr("what is done cannot be canceled"));
}

TEST_P(PlanCommandTest, ChecksCanBeRunAnewAndCalledOff) {
  PlanCheckCommands checks(*metastore_, changes_);
  const auto plan = AddPlan({kDev});
  EndChecks();
  v1::RunPlanChecksRequest again;
  again.set_name(plan.name());
  const auto runs = Must(checks.Run(As("alice"), again));
  EXPECT_EQ(runs.plan_check_runs_size(), 3);
  v1::CancelPlanCheckRunRequest off;
  off.set_name(runs.plan_check_runs(0));
  EXPECT_EQ(Must(checks.Cancel(As("alice"), off)).state(), v1::PlanCheckRun::CANCELED);
  EXPECT_EQ(ReasonOf(checks.Cancel(As("alice"), off)), "INVALID_STATE_TRANSITION");
}

TEST_P(PlanCommandTest, AStrangerSeesNoPlan) {
  EXPECT_EQ(ReasonOf(Create(PlanRequest(AddSheet(), {kDev}), "mallory")), "RESOURCE_NOT_FOUND");
}

ARGUS_COMMAND_SUITE(PlanCommandTest);

}  // namespace
}  // namespace argus::command
