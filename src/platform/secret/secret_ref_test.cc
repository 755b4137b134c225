#include "platform/secret/secret_ref.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/base/encoding.h"

namespace argus::secret {
namespace {

std::string FileWith(const std::string& content) {
  const std::string path = testing::TempDir() + "secret ref " + RandomHex(6);
  std::ofstream(path) << content;
  return path;
}

std::string FileRef(const std::string& path) {
  std::string ref = "file://";
  for (char c : path) ref += c == ' ' ? std::string("%20") : std::string(1, c);
  return ref;
}

TEST(SecretRef, ReadsFilesWithoutTheTrailingNewline) {
  for (const auto& [content, secret] :
       {std::pair{"pw", "pw"}, {"pw\n", "pw"}, {"pw\r\n", "pw"}, {" p w \n\n", " p w \n"}}) {
    const std::string path = FileWith(content);
    EXPECT_EQ(ResolveSecretRef(FileRef(path)).value(), secret);
    std::filesystem::remove(path);
  }
}

TEST(SecretRef, ReadsVariables) {
  setenv("ARGUS_TEST_SECRET", "from env", 1);
  EXPECT_EQ(ResolveSecretRef("env://ARGUS_TEST_SECRET").value(), "from env");
  unsetenv("ARGUS_TEST_SECRET");
  EXPECT_EQ(ResolveSecretRef("env://ARGUS_TEST_SECRET").error().message(), "secret env://ARGUS_TEST_SECRET is not set");
}

TEST(SecretRef, RefusesWhatIsNoReferenceWithoutRepeatingIt) {
  for (const char* text :
       {"hunter2", "file://relative", "file:///a%00b", "file:///%", "env://", "env://A B", "http://x"}) {
    auto result = ResolveSecretRef(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().code(), Code::kInvalidArgument) << text;
    EXPECT_THAT(result.error().ToString(), testing::Not(testing::HasSubstr("hunter2")));
  }
  EXPECT_TRUE(IsSecretRef("env://X"));
  EXPECT_FALSE(IsSecretRef("hunter2"));
}

TEST(SecretRef, MatchesPatternsByWhatIsNamed) {
  EXPECT_TRUE(SecretRefMatches("env://PG1", "env://PG1"));
  EXPECT_FALSE(SecretRefMatches("env://PG12", "env://PG1"));
  EXPECT_TRUE(SecretRefMatches("env://PG12", "env://PG*"));
  EXPECT_FALSE(SecretRefMatches("env://ARGUS_METASTORE_URL", "env://PG*"));
  EXPECT_TRUE(SecretRefMatches("file:///run/pw/a%20b", "file:///run/pw/*"));
  EXPECT_TRUE(SecretRefMatches("file:///run/x/../pw/a", "file:///run/pw/a"));
  for (const char* outside :
       {"file:///run/pw/../keys", "file:///run/pw/%2e%2e/keys", "file:///run/pwd", "file:///%", "env://run/pw/a"}) {
    EXPECT_FALSE(SecretRefMatches(outside, "file:///run/pw/*")) << outside;
  }
}

TEST(SecretRef, RefusesAbsentEmptyHugeAndEndlessFiles) {
  const std::string empty = FileWith("\n");
  const std::string huge = FileWith(std::string(kMaxSecretBytes + 1, 'x'));
  const std::string fifo = testing::TempDir() + "fifo-" + RandomHex(6);
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path : {empty, huge, fifo, std::string("/dev/zero"), std::string("/nonexistent")}) {
    EXPECT_EQ(ResolveSecretRef(FileRef(path)).error().reason().name, "INVALID_CONFIGURATION") << path;
  }
  for (const std::string& path : {empty, huge, fifo}) std::filesystem::remove(path);
}

}  // namespace
}  // namespace argus::secret
