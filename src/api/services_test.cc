// What the services add to store and commands: who sees what, and how it is put together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "api/rollout_service.h"
#include "domain/iam.h"
#include "domain/reasons.h"

namespace argus::api {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class ServicesTest : public testing::Test {
 protected:
  std::vector<std::string> ProjectsSeenBy(const std::string& token) {
    std::vector<std::string> names;
    const auto page =
        Must(server_.Call<v1::ListProjectsResponse>("ProjectService/ListProjects", v1::ListProjectsRequest(), token));
    for (const auto& project : page.projects()) names.push_back(project.name());
    return names;
  }

  Result<v1::ListIssuesResponse> Issues(const std::string& parent, const std::string& token) {
    v1::ListIssuesRequest request;
    request.set_parent(parent);
    return server_.Call<v1::ListIssuesResponse>("IssueService/ListIssues", request, token);
  }

  // With a database of its own.
  v1::Project AddProject(const std::string& id) {
    auto project = server_.AddProject(admin_, id);
    server_.AddDatabases("instance-of-" + id, {"shop"}, project.name());
    return project;
  }
  v1::CreatePlanRequest NewPlan(const std::string& project) {
    v1::CreateSheetRequest sheet;
    sheet.set_parent(project);
    sheet.mutable_sheet()->set_content("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    v1::CreatePlanRequest request;
    request.set_parent(project);
    request.mutable_plan()->set_title("a table");
    auto& spec = *request.mutable_plan()->add_specs();
    spec.set_sheet(Must(server_.Call<v1::Sheet>("SheetService/CreateSheet", sheet, admin_)).name());
    spec.add_targets("instances/instance-of-" + project.substr(9) + "/databases/shop");
    return request;
  }
  v1::Plan AddPlan(const std::string& project) {
    return Must(server_.Call<v1::Plan>("PlanService/CreatePlan", NewPlan(project), admin_));
  }
  v1::Issue AddIssue(const std::string& project) {
    v1::CreateIssueRequest request;
    request.set_parent(project);
    request.mutable_issue()->set_title("look at this");
    request.mutable_issue()->set_plan(AddPlan(project).name());
    return Must(server_.Call<v1::Issue>("IssueService/CreateIssue", request, admin_));
  }

  TestServer server_;
  const std::string admin_ = server_.SignIn("admin");
};

TEST_F(ServicesTest, GetActuatorInfoNeedsNoToken) {
  const auto info =
      Must(server_.Call<v1::ActuatorInfo>("ActuatorService/GetActuatorInfo", v1::GetActuatorInfoRequest()));
  EXPECT_EQ(info.version(), "1.2.3");
  EXPECT_EQ(info.metastore(), "sqlite");
  EXPECT_TRUE(info.need_admin_setup());
  server_.AddUser(admin_, "bob");
  EXPECT_FALSE(Must(server_.Call<v1::ActuatorInfo>("ActuatorService/GetActuatorInfo", v1::GetActuatorInfoRequest()))
                   .need_admin_setup());
}

TEST_F(ServicesTest, UsersMeIsTheCaller) {
  const std::string bob = server_.AddUser(admin_, "bob");
  v1::GetUserRequest request;
  request.set_name("users/me");
  EXPECT_EQ(Must(server_.Call<v1::User>("UserService/GetUser", request, bob)).name(), "users/bob");
  EXPECT_EQ(Must(server_.Call<v1::User>("UserService/GetUser", request, admin_)).name(), "users/admin");
}

TEST_F(ServicesTest, ChangePasswordKeepsTheSessionThatAsked) {
  v1::ChangePasswordRequest request;
  request.set_name("users/me");
  request.set_current_password(kAdminPassword);
  request.set_new_password("another long password");
  const std::string other = server_.SignIn("admin");
  ASSERT_TRUE(server_.Call<v1::ChangePasswordResponse>("UserService/ChangePassword", request, admin_).ok());
  EXPECT_TRUE(server_.Send("ProjectService/ListProjects", v1::ListProjectsRequest(), admin_).result.ok());
  EXPECT_FALSE(server_.Send("ProjectService/ListProjects", v1::ListProjectsRequest(), other).result.ok());
}

TEST_F(ServicesTest, RolesAreTheBuiltInOnesThenTheCustomOnes) {
  v1::CreateRoleRequest create;
  create.set_role_id("planner");
  create.mutable_role()->set_title("Planner");
  create.mutable_role()->add_permissions("bb.plans.create");
  Must(server_.Call<v1::Role>("RoleService/CreateRole", create, admin_));
  std::vector<std::string> names;
  v1::ListRolesRequest request;
  request.set_page_size(3);
  do {
    const auto page = Must(server_.Call<v1::ListRolesResponse>("RoleService/ListRoles", request, admin_));
    EXPECT_LE(page.roles_size(), 3);
    for (const auto& role : page.roles()) names.push_back(role.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(names.size(), domain::BuiltInRoles().size() + 1);
  EXPECT_EQ(names.front(), "roles/workspaceAdmin");
  EXPECT_EQ(names.back(), "roles/planner");
}

TEST_F(ServicesTest, RolesRefuseForgedPageTokens) {
  for (const char* token : {"built-in-", "built-in-99", "built-in--1", "built-in-1x", "x"}) {
    v1::ListRolesRequest request;
    request.set_page_token(token);
    const auto page = server_.Call<v1::ListRolesResponse>("RoleService/ListRoles", request, admin_);
    ASSERT_FALSE(page.ok()) << token;
    EXPECT_EQ(page.error().reason(), reasons::kInvalidPageToken) << token;
  }
}

TEST_F(ServicesTest, ListsOnlyWhatTheCallerMaySee) {
  AddProject("play");
  AddProject("secret");
  const std::string bob = server_.AddUser(admin_, "bob");
  EXPECT_THAT(ProjectsSeenBy(bob), ElementsAre());
  server_.Grant(admin_, "projects/play", "roles/projectViewer", "users/bob");
  EXPECT_THAT(ProjectsSeenBy(bob), ElementsAre("projects/play"));
  EXPECT_THAT(ProjectsSeenBy(admin_), UnorderedElementsAre("projects/play", "projects/secret"));
}

TEST_F(ServicesTest, IssuesAcrossProjectsAreThoseOfVisibleProjects) {
  AddProject("play");
  AddProject("secret");
  const auto seen = AddIssue("projects/play");
  AddIssue("projects/secret");
  const std::string bob = server_.AddUser(admin_, "bob");
  server_.Grant(admin_, "projects/play", "roles/projectViewer", "users/bob");
  for (const char* across : {"", "projects/-", "projects/play"}) {
    const auto page = Must(Issues(across, bob));
    ASSERT_EQ(page.issues_size(), 1) << across;
    EXPECT_EQ(page.issues(0).name(), seen.name());
  }
  EXPECT_EQ(Issues("projects/secret", bob).error().code(), Code::kNotFound);
  EXPECT_EQ(Must(Issues("", admin_)).issues_size(), 2);
}

TEST_F(ServicesTest, SettingsAreTheOnesInForce) {
  const auto settings =
      Must(server_.Call<v1::ListSettingsResponse>("SettingService/ListSettings", v1::ListSettingsRequest(), admin_));
  EXPECT_EQ(settings.settings_size(), 5);
  v1::GetSettingRequest request;
  request.set_name("settings/ENVIRONMENT");
  EXPECT_GT(
      Must(server_.Call<v1::Setting>("SettingService/GetSetting", request, admin_)).environment().environments_size(),
      0);
  request.set_name("settings/NOPE");
  EXPECT_EQ(server_.Call<v1::Setting>("SettingService/GetSetting", request, admin_).error().code(), Code::kNotFound);
}

TEST_F(ServicesTest, ASheetComesBackWithItsContent) {
  AddProject("play");
  v1::CreateSheetRequest create;
  create.set_parent("projects/play");
  create.mutable_sheet()->set_content("SELECT 1;");
  const auto created = Must(server_.Call<v1::Sheet>("SheetService/CreateSheet", create, admin_));
  v1::GetSheetRequest get;
  get.set_name(created.name());
  EXPECT_EQ(Must(server_.Call<v1::Sheet>("SheetService/GetSheet", get, admin_)).content(), "SELECT 1;");
}

TEST_F(ServicesTest, ListsUnderAParentThatDoesNotExistAreNotFound) {
  v1::ListPlansRequest request;
  request.set_parent("projects/nowhere");
  EXPECT_EQ(server_.Call<v1::ListPlansResponse>("PlanService/ListPlans", request, admin_).error().code(),
            Code::kNotFound);
}

TEST_F(ServicesTest, ARepeatedRequestIdGivesTheFirstAnswer) {
  AddProject("play");
  auto request = NewPlan("projects/play");
  request.set_request_id("first-try");
  const auto first = Must(server_.Call<v1::Plan>("PlanService/CreatePlan", request, admin_));
  EXPECT_EQ(Must(server_.Call<v1::Plan>("PlanService/CreatePlan", request, admin_)).name(), first.name());
  request.mutable_plan()->set_title("twice");
  EXPECT_EQ(server_.Call<v1::Plan>("PlanService/CreatePlan", request, admin_).error().reason(),
            reasons::kRequestIdReused);
}

// From plan to rollout, as far as it goes without runners.
TEST_F(ServicesTest, ARolloutSaysWhatStandsInItsWay) {
  AddProject("play");
  const auto issue = AddIssue("projects/play");
  v1::CreateRolloutRequest create;
  create.set_parent("projects/play");
  create.mutable_rollout()->set_plan(issue.plan());
  const auto created = Must(server_.Call<v1::Rollout>("RolloutService/CreateRollout", create, admin_));
  v1::GetRolloutRequest get;
  get.set_name(created.name());
  const auto rollout = Must(server_.Call<v1::Rollout>("RolloutService/GetRollout", get, admin_));
  ASSERT_EQ(rollout.stages_size(), 1);
  EXPECT_EQ(rollout.stages(0).environment(), "environments/dev");
  std::vector<std::string> gates;
  for (const auto& finding : rollout.blocked_by()) gates.push_back(finding.gate());
  EXPECT_THAT(gates, testing::Contains("APPROVAL"));
  v1::StartRolloutRequest start;
  start.set_name(created.name());
  EXPECT_EQ(server_.Call<v1::Rollout>("RolloutService/StartRollout", start, admin_).error().reason(),
            reasons::kGateClosed);
}

TEST_F(ServicesTest, AWatchBeginsWithTheRolloutAndIsLimited) {
  AddProject("play");
  const auto issue = AddIssue("projects/play");
  v1::CreateRolloutRequest create;
  create.set_parent("projects/play");
  create.mutable_rollout()->set_plan(issue.plan());
  v1::WatchRolloutRequest watch;
  watch.set_name(Must(server_.Call<v1::Rollout>("RolloutService/CreateRollout", create, admin_)).name());
  std::vector<TestServer::Answer> open;
  for (std::size_t i = 0; i < RolloutService::kStreamsPerUser; ++i) {
    open.push_back(server_.Send("RolloutService/WatchRollout", watch, admin_));
    ASSERT_TRUE(open.back().result.ok());
  }
  EXPECT_EQ(server_.Send("RolloutService/WatchRollout", watch, admin_).result.error().reason(),
            reasons::kTooManyStreams);
  auto& call = *open.front().call;
  const auto item = call.subscription()->Next(call.context());
  ASSERT_TRUE(item.ok() && item->message);
  EXPECT_EQ(static_cast<const v1::WatchRolloutResponse&>(*item->message).rollout().name(), watch.name());
}

}  // namespace
}  // namespace argus::api
