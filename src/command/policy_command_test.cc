#include "command/policy_command.h"

#include "command/command_test_support.h"
#include "command/group_command.h"
#include "command/role_command.h"

namespace argus::command {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PolicyCommandTest : public CommandTest {
 protected:
  PolicyCommandTest() {
    AddUser("bob");
    AddProject("play");
    Give("projects/play", {"roles/projectOwner", "users/bob"});
  }

  static v1::IamPolicy With(v1::IamPolicy policy, const Grant& grant) {
    auto& binding = *policy.add_bindings();
    binding.set_role(grant.role);
    binding.add_members(grant.member);
    return policy;
  }
  v1::IamPolicy Current(std::string_view resource) {
    auto reader = Read();
    return Must(store::GetIamPolicy(reader, resource));
  }
  Result<v1::IamPolicy> SetProject(const std::string& caller, const v1::IamPolicy& policy,
                                   const std::string& project = "projects/play") {
    v1::SetProjectIamPolicyRequest request;
    request.set_resource(project);
    *request.mutable_policy() = policy;
    return policies_.SetProjectPolicy(As(caller), request);
  }
  Result<v1::IamPolicy> SetWorkspace(const std::string& caller, const v1::IamPolicy& policy) {
    v1::SetIamPolicyRequest request;
    *request.mutable_policy() = policy;
    return policies_.SetWorkspacePolicy(As(caller), request);
  }
  Result<v1::Group> CreateGroup(const std::string& caller, const std::string& id, const std::string& member) {
    v1::CreateGroupRequest request;
    request.set_group_id(id);
    request.mutable_group()->add_members(member);
    return groups_.Create(As(caller), request);
  }
  Result<v1::Role> CreateRole(const std::string& id, const std::string& permission) {
    v1::CreateRoleRequest request;
    request.set_role_id(id);
    request.mutable_role()->add_permissions(permission);
    return roles_.Create(As("admin"), request);
  }

  PolicyCommands policies_{*metastore_};
  GroupCommands groups_{*metastore_};
  RoleCommands roles_{*metastore_};
};
ARGUS_COMMAND_SUITE(PolicyCommandTest);

TEST_P(PolicyCommandTest, OwnerGivesAndTakesRolesAndBothAreRecorded) {
  const auto given = Must(SetProject("bob", With(Current("projects/play"), {"roles/projectDeveloper", "users/alice"})));
  EXPECT_EQ(given.bindings_size(), 2);
  const auto assigned = LastAudit();
  EXPECT_EQ(assigned.action(), "bb.role.assign");
  const auto& added = assigned.extra().fields().at("added").list_value();
  ASSERT_EQ(added.values_size(), 1);
  EXPECT_EQ(added.values(0).struct_value().fields().at("role").string_value(), "roles/projectDeveloper");
  EXPECT_EQ(added.values(0).struct_value().fields().at("member").string_value(), "users/alice");

  Must(SetProject("bob", With({}, {"roles/projectOwner", "users/bob"})));
  EXPECT_EQ(LastAudit().action(), "bb.role.revoke");
  EXPECT_EQ(LastAudit().extra().fields().at("removed").list_value().values_size(), 1);
}

TEST_P(PolicyCommandTest, StaleEtagsAreRefused) {
  auto policy = Current("projects/play");
  Must(SetProject("bob", policy));
  EXPECT_EQ(ReasonOf(SetProject("bob", policy)), "ETAG_MISMATCH");
}

TEST_P(PolicyCommandTest, StrangersDoNotEvenSeeTheProject) {
  EXPECT_EQ(ReasonOf(SetProject("alice", {})), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(SetProject("bob", {}, "projects/nothing")), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(SetWorkspace("bob", {})), "PERMISSION_DENIED");
}

TEST_P(PolicyCommandTest, NobodyGrantsMoreThanTheyHold) {
  const auto current = Current("projects/play");
  EXPECT_EQ(ReasonOf(SetProject("bob", With(current, {"roles/workspaceAdmin", "users/bob"}))), "PERMISSION_DENIED");
  Must(CreateRole("overrider", "bb.freezes.override"));
  EXPECT_EQ(ReasonOf(SetProject("bob", With(current, {"roles/overrider", "users/bob"}))), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOf(SetProject("admin", With(current, {"roles/overrider", "users/bob"}))), "");
  // What somebody else gave may stay when the owner changes the rest.
  EXPECT_EQ(ReasonOf(SetProject("bob", With(Current("projects/play"), {"roles/projectViewer", "users/alice"}))), "");
}

TEST_P(PolicyCommandTest, RolesAndMembersMustExist) {
  const auto current = Current("projects/play");
  EXPECT_EQ(FieldOf(SetProject("bob", With(current, {"roles/nonsense", "users/alice"}))), "policy.bindings.role");
  for (const char* member : {"users/nobody", "groups/nobody", "nobody"}) {
    EXPECT_EQ(FieldOf(SetProject("bob", With(current, {"roles/projectViewer", member}))), "policy.bindings.members") << member;
  }
  EXPECT_EQ(ReasonOf(SetProject("bob", With(current, {"roles/projectViewer", "allUsers"}))), "");
}

TEST_P(PolicyCommandTest, TheLastAdminStays) {
  EXPECT_EQ(ReasonOf(SetWorkspace("admin", {})), "LAST_ADMIN");
  EXPECT_EQ(ReasonOf(SetWorkspace("admin", With({}, {"roles/workspaceAdmin", "users/alice"}))), "");
  EXPECT_EQ(ReasonOf(SetWorkspace("admin", {})), "PERMISSION_DENIED");
}

TEST_P(PolicyCommandTest, AdminsMayComeByGroup) {
  Must(CreateGroup("admin", "ops", "users/alice"));
  Must(SetWorkspace("admin", With({}, {"roles/workspaceAdmin", "groups/ops"})));
  v1::UpdateGroupRequest empty;
  empty.mutable_group()->set_name("groups/ops");
  empty.mutable_update_mask()->add_paths("members");
  EXPECT_EQ(ReasonOf(groups_.Update(As("alice"), empty)), "LAST_ADMIN");
  empty.mutable_group()->add_members("users/bob");
  EXPECT_THAT(Must(groups_.Update(As("alice"), empty)).members(), ElementsAre("users/bob"));
}

TEST_P(PolicyCommandTest, GroupsHoldExistingUsersOnly) {
  EXPECT_EQ(FieldOf(CreateGroup("admin", "ops", "users/nobody")), "group.members[0]");
  EXPECT_EQ(ReasonOf(CreateGroup("admin", "ops", "groups/ops")), "INVALID_RESOURCE_NAME");
  EXPECT_EQ(FieldOf(CreateGroup("admin", "Ops", "users/bob")), "groupId");
  EXPECT_EQ(ReasonOf(CreateGroup("bob", "ops", "users/bob")), "PERMISSION_DENIED");
}

TEST_P(PolicyCommandTest, WhatAPolicyBindsCannotBeDeleted) {
  Must(CreateGroup("admin", "ops", "users/alice"));
  Must(CreateRole("reader", "bb.plans.get"));
  Must(SetProject("admin", With(Current("projects/play"), {"roles/reader", "groups/ops"})));
  v1::DeleteGroupRequest group;
  group.set_name("groups/ops");
  v1::DeleteRoleRequest role;
  role.set_name("roles/reader");
  EXPECT_EQ(ReasonOf(groups_.Delete(As("admin"), group)), "RESOURCE_IN_USE");
  EXPECT_EQ(ReasonOf(roles_.Delete(As("admin"), role)), "RESOURCE_IN_USE");
  Must(SetProject("admin", With({}, {"roles/projectOwner", "users/bob"})));
  EXPECT_EQ(ReasonOf(groups_.Delete(As("admin"), group)), "");
  EXPECT_EQ(ReasonOf(roles_.Delete(As("admin"), role)), "");
  EXPECT_EQ(ReasonOf(roles_.Delete(As("admin"), role)), "RESOURCE_NOT_FOUND");
}

TEST_P(PolicyCommandTest, BuiltInRolesStayAsTheyAre) {
  v1::UpdateRoleRequest update;
  update.mutable_role()->set_name("roles/projectOwner");
  update.mutable_role()->set_title("Mine");
  v1::DeleteRoleRequest remove;
  remove.set_name("roles/projectOwner");
  EXPECT_EQ(ReasonOf(roles_.Update(As("admin"), update)), "BUILT_IN_ROLE");
  EXPECT_EQ(ReasonOf(roles_.Delete(As("admin"), remove)), "BUILT_IN_ROLE");
}

TEST_P(PolicyCommandTest, CustomRolesHoldKnownPermissionsOnly) {
  EXPECT_EQ(ReasonOf(CreateRole("reader", "bb.everything")), "UNKNOWN_PERMISSION");
  auto role = Must(CreateRole("reader", "bb.plans.get"));
  v1::UpdateRoleRequest request;
  *request.mutable_role() = role;
  request.mutable_role()->clear_permissions();
  request.mutable_update_mask()->add_paths("permissions");
  EXPECT_THAT(Must(roles_.Update(As("admin"), request)).permissions(), IsEmpty());
  EXPECT_EQ(ReasonOf(roles_.Update(As("admin"), request)), "ETAG_MISMATCH");
}

}  // namespace
}  // namespace argus::command
