#include "platform/secret/keyring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "platform/base/encoding.h"

namespace argus::secret {
namespace {

using testing::HasSubstr;

class KeyringTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/keys"; }
  std::string Content() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  void WriteContent(const std::string& text) const {
    std::ofstream(path()) << text;
    chmod(path().c_str(), 0600);
  }
  static std::unique_ptr<Keyring> Must(Result<std::unique_ptr<Keyring>> result) {
    EXPECT_TRUE(result.ok()) << result.error().ToString();
    return std::move(result).value();
  }

  const std::string folder_ = testing::TempDir() + "keyring-" + RandomHex(6);
};

TEST_F(KeyringTest, MakesAPrivateFileOnceAndSharesIt) {
  auto first = Must(Keyring::LoadOrCreate(path()));
  struct stat info {};
  ASSERT_EQ(stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  auto second = Must(Keyring::LoadOrCreate(path()));
  const std::string sealed = first->Encrypt("s3cret", "instances/pg1");
  EXPECT_THAT(sealed, testing::StartsWith("v1:" + first->primary_id() + ":"));
  EXPECT_EQ(second->Decrypt(sealed, "instances/pg1").value(), "s3cret");
  EXPECT_NE(first->Encrypt("s3cret", "instances/pg1"), sealed);
}

TEST_F(KeyringTest, ManyFirstStartsAgreeOnOneKey) {
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (auto& id : ids) threads.emplace_back([&] { id = Must(Keyring::LoadOrCreate(path()))->primary_id(); });
  for (auto& thread : threads) thread.join();
  for (const auto& id : ids) EXPECT_EQ(id, ids.front());
}

TEST_F(KeyringTest, OpensOnlyForItsResourceAndUnchanged) {
  auto keyring = Must(Keyring::LoadOrCreate(path()));
  const std::string sealed = keyring->Encrypt("s3cret", "instances/pg1");
  EXPECT_EQ(keyring->Decrypt(sealed, "instances/pg2").error().reason().name, "SECRET_UNREADABLE");
  std::string changed = sealed;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(keyring->Decrypt(changed, "instances/pg1").ok());
  for (std::string_view bad : {"", "v1", "v1:", "v1:00000000:", "v2:00000000:AAAA", "plain", "v1:00000000:!!"}) {
    EXPECT_FALSE(keyring->Decrypt(bad, "instances/pg1").ok()) << bad;
  }
}

TEST_F(KeyringTest, RotationKeepsOldValuesReadableEverywhere) {
  auto here = Must(Keyring::LoadOrCreate(path()));
  auto elsewhere = Must(Keyring::Load(path()));
  const std::string old_value = here->Encrypt("old", "r");
  ASSERT_TRUE(here->Rotate().ok());
  const std::string new_value = here->Encrypt("new", "r");
  EXPECT_FALSE(here->IsCurrent(old_value));
  EXPECT_TRUE(here->IsCurrent(new_value));
  EXPECT_EQ(here->Decrypt(old_value, "r").value(), "old");
  EXPECT_EQ(elsewhere->Decrypt(new_value, "r").value(), "new") << "another replica reads the file again";
  EXPECT_EQ(elsewhere->primary_id(), here->primary_id());
}

TEST_F(KeyringTest, NamesTheMissingKey) {
  auto keyring = Must(Keyring::LoadOrCreate(path()));
  const std::string sealed = keyring->Encrypt("x", "r");
  const std::string id = keyring->primary_id();
  std::filesystem::remove(path());
  auto other = Must(Keyring::LoadOrCreate(path()));
  EXPECT_THAT(other->Decrypt(sealed, "r").error().message(), HasSubstr(id));
}

TEST_F(KeyringTest, RefusesAFileThatOthersMayRead) {
  Must(Keyring::LoadOrCreate(path()));
  for (mode_t mode : {0640, 0604, 0620}) {
    chmod(path().c_str(), mode);
    auto result = Keyring::LoadOrCreate(path());
    ASSERT_FALSE(result.ok());
    EXPECT_THAT(result.error().message(), HasSubstr("chmod 600"));
  }
}

TEST_F(KeyringTest, RefusesAMalformedFileWithoutShowingIt) {
  const std::string good = "v1 00c0ffee " + Base64UrlEncode(std::string(32, 'k'));
  WriteContent("# comment\r\n\r\n" + good + "\r\n");
  EXPECT_EQ(Must(Keyring::Load(path()))->primary_id(), "00c0ffee");
  for (const std::string& bad : {std::string("# only a comment\n"), std::string("v1 00c0ffee SECRETKEY\n"),
                                 "v2" + good.substr(2), good + " more", std::string(100000, '#')}) {
    WriteContent(bad);
    auto result = Keyring::Load(path());
    ASSERT_FALSE(result.ok());
    EXPECT_THAT(result.error().ToString(), testing::Not(HasSubstr("SECRETKEY")));
  }
  EXPECT_EQ(Keyring::Load(folder_).error().reason().name, "FILE_ERROR");
}

}  // namespace
}  // namespace argus::secret
