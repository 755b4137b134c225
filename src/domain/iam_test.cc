#include "domain/iam.h"

#include <gtest/gtest.h>

#include "domain/reasons.h"

namespace argus::domain {
namespace {

Subject Holding(std::string role, std::string project) {
  return {.user = "users/alice", .groups = {}, .assignments = {{std::move(role), std::move(project)}}};
}

TEST(Iam, AProjectRoleHoldsOnlyInItsProject) {
  const RoleTable roles({});
  const auto owner = Holding("roles/projectOwner", "projects/play");
  EXPECT_TRUE(roles.Allows(owner, "bb.issues.approve", "projects/play"));
  EXPECT_FALSE(roles.Allows(owner, "bb.issues.approve", "projects/other"));
  EXPECT_FALSE(roles.Allows(owner, "bb.instances.create", ""));
}

TEST(Iam, AWorkspaceRoleHoldsInEveryProject) {
  const RoleTable roles({});
  EXPECT_TRUE(roles.Allows(Holding("roles/projectViewer", ""), "bb.plans.get", "projects/any"));
  EXPECT_TRUE(roles.Allows(Holding("roles/workspaceAdmin", ""), "bb.freezes.override", "projects/any"));
}

TEST(Iam, DutiesAreSeparated) {
  const RoleTable roles({});
  const auto allows = [&](std::string role, std::string_view permission) {
    return roles.Allows(Holding("roles/" + role, "projects/p"), permission, "projects/p");
  };
  EXPECT_TRUE(allows("projectDeveloper", "bb.plans.create"));
  EXPECT_FALSE(allows("projectDeveloper", "bb.issues.approve"));
  EXPECT_FALSE(allows("projectDeveloper", "bb.rollouts.start"));
  EXPECT_TRUE(allows("projectReleaser", "bb.rollouts.start"));
  EXPECT_FALSE(allows("projectReleaser", "bb.issues.approve"));
  EXPECT_FALSE(allows("projectViewer", "bb.issues.comment"));
  EXPECT_FALSE(allows("projectOwner", "bb.freezes.override"));
}

TEST(Iam, AnAuditorReadsEverythingAndWritesNothing) {
  for (const auto& permission : FindBuiltInRole("roles/readOnlyAuditor")->permissions()) {
    const std::string verb = permission.substr(permission.rfind('.') + 1);
    EXPECT_TRUE(verb.starts_with("get") || verb.starts_with("list") || permission.starts_with("bb.auditLogs."))
        << permission;
  }
  EXPECT_FALSE(RoleTable({}).Allows(Holding("roles/workspaceDBA", ""), "bb.auditLogs.list", ""));
}

TEST(Iam, CustomRolesGrantWhatTheyList) {
  v1::Role custom;
  custom.set_name("roles/runner");
  custom.add_permissions("bb.taskRuns.create");
  const RoleTable roles(std::span(&custom, 1));
  EXPECT_TRUE(roles.Allows(Holding("roles/runner", "projects/p"), "bb.taskRuns.create", "projects/p"));
  EXPECT_FALSE(roles.Allows(Holding("roles/gone", "projects/p"), "bb.taskRuns.create", "projects/p"));
}

TEST(Iam, NobodyHoldsNothing) { EXPECT_FALSE(RoleTable({}).Allows({}, "bb.settings.get", "")); }

TEST(Iam, PoliciesAreCheckedBeforeTheyAreStored) {
  v1::IamPolicy policy;
  auto* binding = policy.add_bindings();
  binding->set_role("roles/projectOwner");
  binding->add_members("users/alice");
  EXPECT_TRUE(CheckPolicy(policy, {}).ok());
  binding->add_members("users/alice");
  EXPECT_FALSE(CheckPolicy(policy, {}).ok());
  binding->set_members(1, "alice");
  EXPECT_FALSE(CheckPolicy(policy, {}).ok());
  binding->mutable_members()->RemoveLast();
  binding->set_role("roles/nobody");
  EXPECT_FALSE(CheckPolicy(policy, {}).ok());
}

TEST(Iam, ARoleMayOnlyNameDeclaredPermissions) {
  v1::Role role;
  role.add_permissions("bb.plans.create");
  EXPECT_TRUE(CheckRole(role).ok());
  role.add_permissions("bb.plans.fly");
  EXPECT_EQ(CheckRole(role).error().reason(), reasons::kUnknownPermission);
}

}  // namespace
}  // namespace argus::domain
