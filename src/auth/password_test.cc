#include "auth/password.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace argus::auth {
namespace {

TEST(PasswordHasher, VerifiesWhatItHashed) {
  PasswordHasher hasher;
  const std::string hash = hasher.Hash("correct horse").value();
  EXPECT_THAT(hash, testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(IsCurrentHash(hash));
  EXPECT_NE(hasher.Hash("correct horse").value(), hash);
  EXPECT_TRUE(hasher.Verify("correct horse", hash).value());
  EXPECT_FALSE(hasher.Verify("correct hors", hash).value());
  EXPECT_FALSE(hasher.Verify("", hash).value());
  EXPECT_FALSE(hasher.Verify("correct horse", "no hash").value());
  EXPECT_FALSE(IsCurrentHash("no hash"));
  EXPECT_FALSE(hasher.VerifyUnknownUser("correct horse").value());
}

// Only a well-formed hash makes argon2id run; it then takes many times what refusing a malformed one takes at best.
TEST(PasswordHasher, AnUnknownUserCostsARealVerification) {
  PasswordHasher hasher;
  const auto timed = [](auto work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::steady_clock::now() - start;
  };
  auto refused = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 50; ++i) refused = std::min(refused, timed([&] { (void)hasher.Verify("x", "no hash"); }));
  const auto unknown = timed([&] { (void)hasher.VerifyUnknownUser("x"); });
  EXPECT_GT(unknown, 10 * refused);
}

TEST(PasswordHasher, ManyLoginsWaitForAFewSlots) {
  PasswordHasher hasher(2, std::chrono::minutes(1));
  const std::string hash = hasher.Hash("correct horse").value();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) threads.emplace_back([&] { right += hasher.Verify("correct horse", hash).value(); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 12);
}

TEST(PasswordHasher, AnswersOverloadedWhenNoSlotIsFree) {
  PasswordHasher hasher(0, std::chrono::milliseconds(1));
  auto result = hasher.VerifyUnknownUser("x");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::kResourceExhausted);
  EXPECT_EQ(result.error().reason().name, "OVERLOADED");
  EXPECT_GT(result.error().retry_after().count(), 0);
}

TEST(PasswordRules, CountCodePoints) {
  EXPECT_TRUE(CheckPasswordRules("密碼密碼密碼密碼", "alice").ok());
  EXPECT_FALSE(CheckPasswordRules("密碼密碼", "alice").ok());
  EXPECT_TRUE(CheckPasswordRules(std::string(128, 'x'), "alice").ok());
  EXPECT_FALSE(CheckPasswordRules(std::string(129, 'x'), "alice").ok());
  EXPECT_FALSE(CheckPasswordRules("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "alice").ok());
}

TEST(PasswordRules, RefuseTheLoginIdAndNeverRepeatThePassword) {
  auto result = CheckPasswordRules("Alice.Wonder", "alice.wonder");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason().name, "WEAK_PASSWORD");
  EXPECT_EQ(result.error().fields().at(0).field, "password");
  EXPECT_THAT(result.error().ToString(), testing::Not(testing::HasSubstr("Alice.Wonder")));
}

TEST(GeneratedPassword, MeetsTheRulesAndDiffersEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string password = GeneratePassword();
    EXPECT_EQ(password.size(), 24u);
    EXPECT_TRUE(CheckPasswordRules(password, "admin").ok());
    seen.insert(password);
  }
  EXPECT_EQ(seen.size(), 100u);
}

}  // namespace
}  // namespace argus::auth
