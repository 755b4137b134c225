#include "api/authorizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "contract/services.h"
#include "domain/actor.h"
#include "domain/reasons.h"

namespace argus::api {
namespace {

using testing::ElementsAre;

std::vector<std::string> Names(const google::protobuf::Message& request, std::initializer_list<const char*> paths) {
  google::protobuf::RepeatedPtrField<std::string> fields;
  for (const char* path : paths) fields.Add(path);
  std::vector<std::string> names;
  for (const auto& [field, name] : ResourcesOf(request, fields)) names.push_back(field + "=" + name);
  return names;
}

TEST(ResourcesOf, FollowsPathsAndLists) {
  v1::BatchRunTasksRequest run;
  run.set_parent("p");
  run.add_tasks("a");
  run.add_tasks("b");
  EXPECT_THAT(Names(run, {"parent", "tasks"}), ElementsAre("parent=p", "tasks[0]=a", "tasks[1]=b"));
  v1::UpdatePlanRequest update;
  EXPECT_THAT(Names(update, {"plan.name"}), ElementsAre());
  update.mutable_plan()->set_name("n");
  EXPECT_THAT(Names(update, {"plan.name"}), ElementsAre("plan.name=n"));
  v1::TransferDatabaseRequest transfer;
  transfer.set_name("d");
  EXPECT_THAT(Names(transfer, {"name", "project"}), ElementsAre("name=d"));
}

// "instances/i/databases/owned" belongs to projects/play, which bob owns, and "instances/j/databases/free" to no
// project.
class AuthorizerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new TestServer;
    const std::string admin = server_->SignIn("admin");
    const std::string bob = server_->AddUser(admin, "bob");
    server_->AddProject(admin, "play");
    server_->AddProject(admin, "secret");
    server_->Grant(admin, "projects/play", "roles/projectOwner", "users/bob");
    server_->AddDatabases("i", {"owned"}, "projects/play");
    server_->AddDatabases("j", {"free"}, "");
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  Status Authorize(const char* user, const google::protobuf::Message& request) {
    RequestContext ctx;
    ctx.actor = domain::ActorOf({user});
    auto reader = server_->metastore().Read(ctx);
    return AuthorizeRequest(reader, ctx, contract::PolicyOf(*contract::MethodOf(*request.GetDescriptor())), request);
  }

  template <typename Request>
  static Request Named(const std::string& name) {
    Request request;
    request.set_name(name);
    return request;
  }

  static TestServer* server_;
};
TestServer* AuthorizerTest::server_ = nullptr;

TEST_F(AuthorizerTest, AllowsWhatAProjectRoleGrantsThere) {
  EXPECT_TRUE(Authorize("bob", Named<v1::GetPlanRequest>("projects/play/plans/1")).ok());
  EXPECT_TRUE(Authorize("bob", Named<v1::GetDatabaseRequest>("instances/i/databases/owned")).ok());
  EXPECT_TRUE(Authorize("bob", Named<v1::GetDatabaseSchemaRequest>("instances/i/databases/owned/schema")).ok());
}

TEST_F(AuthorizerTest, HidesWhatTheCallerMayNotSee) {
  for (const char* hidden : {"projects/secret/plans/1", "projects/nowhere/plans/1"}) {
    const Status status = Authorize("bob", Named<v1::GetPlanRequest>(hidden));
    ASSERT_FALSE(status.ok()) << hidden;
    EXPECT_EQ(status.error().code(), Code::kNotFound) << hidden;
    EXPECT_EQ(status.error().message(), domain::NotFound(hidden).message());
  }
}

TEST_F(AuthorizerTest, TellsAFreeDatabaseFromAMissingOneOnlyToThoseWhoMaySeeBoth) {
  for (const char* name : {"instances/j/databases/free", "instances/i/databases/missing"}) {
    const Status status = Authorize("bob", Named<v1::GetDatabaseRequest>(name));
    ASSERT_FALSE(status.ok()) << name;
    EXPECT_EQ(status.error().message(), domain::NotFound(name).message());
  }
  EXPECT_TRUE(Authorize("admin", Named<v1::GetDatabaseRequest>("instances/j/databases/free")).ok());
}

TEST_F(AuthorizerTest, DeniesWhereTheResourceIsVisible) {
  server_->Grant(server_->SignIn("admin"), "projects/secret", "roles/projectViewer", "users/bob");
  v1::CreatePlanRequest request;
  request.set_parent("projects/secret");
  const Status status = Authorize("bob", request);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::kPermissionDenied);
  EXPECT_NE(status.error().message().find("bb.plans.create"), std::string::npos);
}

TEST_F(AuthorizerTest, AsksOnEveryResourceThatIsNamed) {
  v1::BatchSkipTasksRequest request;
  request.set_parent("projects/play/rollouts/1");
  request.add_tasks("projects/play/rollouts/1/tasks/1");
  EXPECT_TRUE(Authorize("bob", request).ok());
  request.add_tasks("projects/other/rollouts/1/tasks/1");
  EXPECT_EQ(Authorize("bob", request).error().code(), Code::kNotFound);
  v1::TransferDatabaseRequest transfer;
  transfer.set_name("instances/i/databases/owned");
  EXPECT_TRUE(Authorize("bob", transfer).ok());
  transfer.set_project("projects/other");
  EXPECT_FALSE(Authorize("bob", transfer).ok());
}

TEST_F(AuthorizerTest, AsksAtTheWorkspaceForEverythingElse) {
  for (const char* parent : {"instances/i", "instances/-", "projects/-"}) {
    v1::ListDatabasesRequest request;
    request.set_parent(parent);
    EXPECT_EQ(Authorize("bob", request).error().code(), Code::kPermissionDenied) << parent;
    EXPECT_TRUE(Authorize("admin", request).ok()) << parent;
  }
  EXPECT_FALSE(Authorize("bob", v1::ListAuditLogsRequest()).ok());
  EXPECT_TRUE(Authorize("bob", v1::ListRolesRequest()).ok());  // Every user is a workspaceMember.
}

TEST_F(AuthorizerTest, NamesTheFieldOfAMalformedOrMissingName) {
  const Status malformed = Authorize("bob", Named<v1::GetPlanRequest>("projects/pl ay/plans/1"));
  ASSERT_FALSE(malformed.ok());
  EXPECT_EQ(malformed.error().code(), Code::kInvalidArgument);
  ASSERT_EQ(malformed.error().fields().size(), 1u);
  EXPECT_EQ(malformed.error().fields()[0].field, "name");
  EXPECT_EQ(Authorize("bob", v1::UpdatePlanRequest()).error().fields()[0].field, "plan.name");
}

TEST_F(AuthorizerTest, WithoutAUserNothingIsAllowed) {
  const RequestContext ctx;
  auto reader = server_->metastore().Read(ctx);
  EXPECT_EQ(LoadCaller(reader, ctx).error().code(), Code::kUnauthenticated);
}

}  // namespace
}  // namespace argus::api
