#include "command/local_access.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/fresh_database.h"

namespace argus::command {
namespace {

TEST(LocalAccess, RefusesPatternsThatAreNone) {
  EXPECT_TRUE(CheckLocalAccess({}).ok());
  for (const char* pattern : {"", "*", "PG1", "file://relative/*"}) {
    EXPECT_FALSE(CheckLocalAccess({.secret_refs = {pattern}, .metastore_folder = {}}).ok()) << pattern;
  }
}

// A change to the metastore's own tables would have no audit entry.
TEST(LocalAccess, TheMetastoreIsNoTarget) {
  const test::TemporaryFolder folder;
  const LocalAccess access{.secret_refs = {}, .metastore_folder = folder.path()};
  const std::string link = folder.path() + "/link", below = folder.path() + "/demo";
  std::filesystem::create_directory_symlink(folder.path(), link);
  std::filesystem::create_directory(below);
  const auto reaches = [&](const std::string& data_dir) {
    v1::Instance instance;
    instance.set_data_dir(data_dir);
    return CheckReach(access, instance).ok();
  };
  for (const auto& same : {folder.path(), folder.path() + "/", below + "/..", link})
    EXPECT_FALSE(reaches(same)) << same;
  for (const auto& other : {below, std::string("/nowhere"), std::string()}) EXPECT_TRUE(reaches(other)) << other;
}

}  // namespace
}  // namespace argus::command
