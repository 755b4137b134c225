#include "command/project_command.h"

#include "command/command_test_support.h"

namespace argus::command {
namespace {

class ProjectCommandTest : public CommandTest {
 protected:
  Result<v1::Project> Create(const std::string& id, const std::string& caller = "admin") {
    v1::CreateProjectRequest request;
    request.set_project_id(id);
    return projects_.Create(As(caller), request);
  }
  Result<v1::Project> Delete(const std::string& caller = "admin", const std::string& etag = "") {
    v1::DeleteProjectRequest request;
    request.set_name("projects/play");
    request.set_etag(etag);
    return projects_.Delete(As(caller), request);
  }
  Result<v1::Project> Undelete() {
    v1::UndeleteProjectRequest request;
    request.set_name("projects/play");
    return projects_.Undelete(As("admin"), request);
  }
  Result<v1::Project> Rename(const std::string& caller, const std::string& title) {
    v1::UpdateProjectRequest request;
    request.mutable_project()->set_name("projects/play");
    request.mutable_project()->set_title(title);
    return projects_.Update(As(caller), request);
  }

  ProjectCommands projects_{*metastore_};
};
ARGUS_COMMAND_SUITE(ProjectCommandTest);

TEST_P(ProjectCommandTest, CreatorBecomesOwner) {
  const auto project = Must(Create("play"));
  EXPECT_EQ(project.name(), "projects/play");
  EXPECT_EQ(project.title(), "play");
  EXPECT_EQ(project.state(), v1::ACTIVE);
  auto reader = Read();
  const auto policy = Must(store::GetIamPolicy(reader, "projects/play"));
  ASSERT_EQ(policy.bindings_size(), 1);
  EXPECT_EQ(policy.bindings(0).role(), "roles/projectOwner");
  EXPECT_EQ(policy.bindings(0).members(0), "users/admin");
}

TEST_P(ProjectCommandTest, RefusesBadOnes) {
  Must(Create("play"));
  EXPECT_EQ(ReasonOf(Create("play")), "RESOURCE_ALREADY_EXISTS");
  EXPECT_EQ(FieldOf(Create("Play")), "projectId");
  EXPECT_EQ(ReasonOf(Create("mine", "alice")), "PERMISSION_DENIED");
  EXPECT_EQ(FieldOf(Rename("admin", std::string(500, 'x'))), "project.title");
}

TEST_P(ProjectCommandTest, HiddenFromStrangersAndRefusedToViewers) {
  Must(Create("play"));
  EXPECT_EQ(ReasonOf(Rename("alice", "Mine")), "RESOURCE_NOT_FOUND");
  Give("projects/play", {"roles/projectViewer", "users/alice"});
  EXPECT_EQ(ReasonOf(Rename("alice", "Mine")), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOf(Delete("alice")), "PERMISSION_DENIED");
  EXPECT_EQ(Must(Rename("admin", "Play")).title(), "Play");
}

TEST_P(ProjectCommandTest, DeletesSoftlyAndBack) {
  const auto project = Must(Create("play"));
  EXPECT_EQ(ReasonOf(Undelete()), "INVALID_STATE_TRANSITION");
  EXPECT_EQ(ReasonOf(Delete("admin", "99")), "ETAG_MISMATCH");
  EXPECT_EQ(Must(Delete("admin", project.etag())).state(), v1::DELETED);
  EXPECT_EQ(ReasonOf(Delete()), "RESOURCE_DELETED");
  EXPECT_EQ(ReasonOf(Rename("admin", "Play")), "RESOURCE_DELETED");
  EXPECT_EQ(Must(Undelete()).state(), v1::ACTIVE);
  EXPECT_EQ(LastAudit().action(), "bb.project.undelete");
}

}  // namespace
}  // namespace argus::command
