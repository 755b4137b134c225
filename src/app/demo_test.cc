#include "command/demo.h"

#include <gtest/gtest.h>

#include "command/auth_command.h"
#include "command/command_test_support.h"
#include "store/database_store.h"
#include "target/sqlite/driver.h"

namespace argus::app {
namespace {

using command::Must;

class DemoTest : public command::CommandTest {
 protected:
  static command::Targets::Drivers Drivers() {
    command::Targets::Drivers drivers;
    drivers.emplace(v1::SQLITE, std::make_unique<target::sqlite::SqliteDriver>());
    return drivers;
  }
  Status Seed() { return command::SeedDemo(*metastore_, hasher_, targets_, sync_, folder_.path()); }

  std::unique_ptr<secret::Keyring> keyring_ = Must(secret::Keyring::LoadOrCreate(folder_.path() + "/keys"));
  command::Targets targets_{*metastore_, *keyring_, Drivers()};
  command::SchemaSync sync_{*metastore_, targets_};
};
ARGUS_COMMAND_SUITE(DemoTest);

TEST_P(DemoTest, GivesTheProjectADatabaseInEachEnvironment) {
  Must(Seed());
  auto reader = Read();
  for (const std::string environment : {"dev", "staging", "prod"}) {
    const auto database = Must(store::GetDatabase(reader, {environment, "shop"}));
    EXPECT_EQ(database.project(), "projects/play");
    EXPECT_EQ(database.environment(), "environments/" + environment);
    const auto schema = Must(store::GetDatabaseSchema(reader, {environment, "shop"}));
    ASSERT_EQ(schema.schemas_size(), 1);
    EXPECT_EQ(schema.schemas(0).tables_size(), 2);
  }
  EXPECT_EQ(Must(store::GetProject(reader, {"play"})).title(), "Playground");
}

TEST_P(DemoTest, GivesEachUserTheirRole) {
  Must(Seed());
  auto reader = Read();
  const auto holds = [&](const std::string& login_id, std::string_view role, std::string_view project) {
    return domain::RoleTable::HoldsRole(Must(store::LoadSubject(reader, {login_id})), role, project);
  };
  EXPECT_TRUE(holds("alice", "roles/projectDeveloper", "projects/play"));
  EXPECT_TRUE(holds("bob", "roles/projectOwner", "projects/play"));
  EXPECT_TRUE(holds("carol", "roles/projectReleaser", "projects/play"));
  EXPECT_TRUE(holds("dave", "roles/projectViewer", "projects/play"));
  EXPECT_TRUE(holds("dba", "roles/workspaceDBA", ""));
  EXPECT_TRUE(holds("auditor", "roles/readOnlyAuditor", ""));
  EXPECT_TRUE(Must(store::LoadSubject(reader, {"member"})).assignments.empty());
}

TEST_P(DemoTest, UsersSignInWithTheDemoPassword) {
  Must(Seed());
  auth::LoginThrottle throttle;
  command::AuthCommands auth(*metastore_, hasher_, throttle);
  v1::LoginRequest request;
  request.set_login_id("bob");
  request.set_password(command::kDemoPassword);
  EXPECT_EQ(command::ReasonOf(auth.Login({}, request)), "");
}

TEST_P(DemoTest, ASecondStartChangesNothing) {
  Must(Seed());
  const auto before = Audit().size();
  Must(Seed());
  EXPECT_EQ(Audit().size(), before);
}

// As after a crash before the last step.
TEST_P(DemoTest, AFileThatIsThereAlreadyIsKept) {
  Must(Seed());
  const test::FreshDatabase other(GetParam());
  const auto fresh = Must(store::Metastore::Open({.url = other.url()}, clock_));
  const command::Targets targets(*fresh, *keyring_, Drivers());
  const command::SchemaSync sync(*fresh, targets);
  Must(command::SeedDemo(*fresh, hasher_, targets, sync, folder_.path()));
}

}  // namespace
}  // namespace argus::app
