#include "domain/approval.h"

#include <gtest/gtest.h>

#include "domain/reasons.h"

namespace argus::domain {
namespace {

const Timestamp kNow = FromMicros(1'800'000'000'000'000);

class ApprovalTest : public testing::Test {
 protected:
  ApprovalTest() {
    auto* step = template_.add_steps();
    step->add_approvers("roles/projectOwner");
    step->set_required_count(2);
    template_.add_steps()->add_approvers("groups/dba");
    approval_ = *RequireApproval(ResetApproval(), template_, "hash", kNow);
  }

  static Subject Owner(std::string user) {
    return {.user = std::move(user), .groups = {}, .assignments = {{"roles/projectOwner", "projects/play"}}};
  }
  Result<v1::Approval> Try(const Subject& who, bool approved = true) {
    return Decide(approval_,
                  {.approver = who,
                   .author = author_,
                   .project = project_,
                   .allow_self_approval = allow_self_,
                   .approved = approved,
                   .comment = "",
                   .content_hash = ""},
                  kNow);
  }
  void Approve(const Subject& who) {
    auto next = Try(who);
    ASSERT_TRUE(next.ok()) << next.error().ToString();
    approval_ = *std::move(next);
  }

  const std::string author_ = "users/alice";
  const std::string project_ = "projects/play";
  bool allow_self_ = false;
  v1::ApprovalTemplate template_;
  v1::Approval approval_;
};

TEST_F(ApprovalTest, EveryStepNeedsItsPeople) {
  Approve(Owner("users/bob"));
  EXPECT_EQ(approval_.status(), v1::Approval::PENDING);
  EXPECT_EQ(Try(Owner("users/bob")).error().reason(), reasons::kAlreadyDecided);
  Approve(Owner("users/carol"));
  EXPECT_EQ(approval_.current_step(), 1);
  EXPECT_EQ(Try(Owner("users/bob")).error().reason(), reasons::kNotAnApprover);
  Approve({.user = "users/dan", .groups = {"groups/dba"}, .assignments = {}});
  EXPECT_EQ(approval_.status(), v1::Approval::APPROVED);
  EXPECT_EQ(Try(Owner("users/eve")).error().reason(), reasons::kInvalidStateTransition);
}

TEST_F(ApprovalTest, TheAuthorMayRejectButNotApprove) {
  EXPECT_EQ(Try(Owner("users/alice")).error().reason(), reasons::kSelfApproval);
  EXPECT_EQ(Try(Owner("users/alice"), false)->status(), v1::Approval::REJECTED);
  allow_self_ = true;
  EXPECT_TRUE(Try(Owner("users/alice")).ok());
}

TEST_F(ApprovalTest, WhatWasReadMustBeWhatIsApproved) {
  const Subject bob = Owner("users/bob");
  const auto result = Decide(approval_,
                             {.approver = bob,
                              .author = author_,
                              .project = project_,
                              .allow_self_approval = false,
                              .approved = true,
                              .comment = "",
                              .content_hash = "old"},
                             kNow);
  EXPECT_EQ(result.error().reason(), reasons::kContentChanged);
}

TEST_F(ApprovalTest, ATemplateWithoutStepsIsSkipped) {
  EXPECT_EQ(RequireApproval(ResetApproval(), {}, "hash", kNow)->status(), v1::Approval::SKIPPED);
}

TEST(ApprovalRules, TheFirstMatchDecidesAndNoneMeansOneApprover) {
  v1::WorkspaceApprovalSetting setting;
  auto* rule = setting.add_rules();
  rule->set_condition("environment == 'environments/prod' && 'DROP_TABLE' in statement_types");
  rule->mutable_template_()->set_title("strict");
  std::vector<v1::ApprovalVariables> cases(2);
  cases[0].set_environment("environments/dev");
  cases[1].set_environment("environments/prod");
  EXPECT_EQ(ChooseTemplate(setting, cases)->steps_size(), 1);  // the default
  cases[1].add_statement_types("DROP_TABLE");
  EXPECT_EQ(ChooseTemplate(setting, cases)->title(), "strict");
}

TEST(ApprovalRules, ARuleThatCannotBeEvaluatedBlocks) {
  v1::WorkspaceApprovalSetting setting;
  setting.add_rules()->set_condition("statement_count / 0 > 1");
  const std::vector<v1::ApprovalVariables> cases(1);
  EXPECT_FALSE(ChooseTemplate(setting, cases).ok());
}

TEST(ApprovalRules, ASettingIsRefusedWithTheFieldAtFault) {
  v1::WorkspaceApprovalSetting setting;
  setting.add_rules()->set_condition("nobody == 1");
  auto status = CheckApprovalSetting(setting);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().fields().back().field, "setting.workspaceApproval.rules[0].condition");
  setting.mutable_rules(0)->clear_condition();
  setting.mutable_rules(0)->mutable_template_()->add_steps();
  EXPECT_FALSE(CheckApprovalSetting(setting).ok());
}

}  // namespace
}  // namespace argus::domain
