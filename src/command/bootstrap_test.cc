#include "command/bootstrap.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "command/auth_command.h"
#include "command/command_test_support.h"

namespace argus::command {
namespace {

// Without the users of CommandTest.
class BootstrapTest : public testing::TestWithParam<db::Dialect> {
 protected:
  Result<bool> Ensure(store::Metastore& metastore, const std::string& password = "") {
    return EnsureAdmin(metastore, hasher_, {folder_.path(), password});
  }
  std::unique_ptr<store::Metastore> Open() { return Must(store::Metastore::Open({.url = fresh_.url()}, clock_)); }
  std::string SignIn(store::Metastore& metastore, const std::string& password) {
    auth::LoginThrottle throttle;
    AuthCommands auth(metastore, hasher_, throttle);
    v1::LoginRequest request;
    request.set_login_id("admin");
    request.set_password(password);
    return ReasonOf(auth.Login({}, request));
  }
  std::string FirstLine() {
    std::ifstream file(folder_.path() + "/initial-admin-password");
    std::string line;
    std::getline(file, line);
    return line;
  }
  std::size_t Files() const {
    const std::filesystem::directory_iterator files(folder_.path());
    return std::distance(begin(files), end(files));
  }

  test::TemporaryFolder folder_;
  test::FreshDatabase fresh_{GetParam()};
  HandClock clock_;
  auth::PasswordHasher hasher_;
};
ARGUS_COMMAND_SUITE(BootstrapTest);

TEST_P(BootstrapTest, WritesARandomPasswordOnceAndPrivately) {
  const auto metastore = Open();
  EXPECT_TRUE(Must(Ensure(*metastore)));
  struct stat status {};
  ASSERT_EQ(stat((folder_.path() + "/initial-admin-password").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto password = FirstLine();
  EXPECT_EQ(SignIn(*metastore, password), "");
  EXPECT_FALSE(Must(Ensure(*metastore)));
  EXPECT_EQ(FirstLine(), password);
}

TEST_P(BootstrapTest, TakesAGivenPasswordAndWritesNoFile) {
  const auto metastore = Open();
  EXPECT_EQ(ReasonOf(Ensure(*metastore, "short")), "WEAK_PASSWORD");
  EXPECT_TRUE(Must(Ensure(*metastore, kTestPassword)));
  EXPECT_EQ(SignIn(*metastore, kTestPassword), "");
  EXPECT_EQ(Files(), 0u);
}

TEST_P(BootstrapTest, OneOfTwoReplicasMakesTheAdmin) {
  const auto first = Open();
  const auto second = Open();
  bool made[2] = {false, false};
  std::thread other([&] { made[1] = Must(Ensure(*second)); });
  made[0] = Must(Ensure(*first));
  other.join();
  EXPECT_NE(made[0], made[1]);
  EXPECT_EQ(SignIn(*first, FirstLine()), "");
  EXPECT_EQ(Files(), 1u);
}

TEST_P(BootstrapTest, RecordsUserAndRole) {
  const auto metastore = Open();
  Must(Ensure(*metastore));
  const auto ctx = SystemContext("test");
  auto reader = metastore->Read(ctx);
  const auto entries = Must(store::ListAuditLogs(reader, {})).items;
  ASSERT_EQ(entries.size(), 2u);
  for (const auto& entry : entries) EXPECT_EQ(entry.actor(), "system/bootstrap");
}

}  // namespace
}  // namespace argus::command
