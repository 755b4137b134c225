#include "auth/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace argus::auth {
namespace {

TEST(Token, HasItsKindAndIsNeverTheSame) {
  const std::string access = NewToken(TokenKind::kAccess);
  EXPECT_THAT(access, testing::MatchesRegex("argus_at_[A-Za-z0-9_-]+"));
  EXPECT_EQ(access.size(), 9u + 43u);
  EXPECT_EQ(KindOfToken(access), TokenKind::kAccess);
  EXPECT_EQ(KindOfToken(NewToken(TokenKind::kRefresh)), TokenKind::kRefresh);
  EXPECT_NE(NewToken(TokenKind::kAccess), access);
}

TEST(Token, RefusesOtherForms) {
  const std::string body(43, 'A');
  EXPECT_EQ(KindOfToken("argus_at_" + body), TokenKind::kAccess);
  for (const std::string& text : {std::string(), "argus_xt_" + body, "argus_at_" + body + "A",
                                  "argus_at_" + body.substr(1), "argus_at_" + std::string(43, '+'),
                                  std::string(1 << 20, 'A')}) {
    EXPECT_EQ(KindOfToken(text), std::nullopt) << text.substr(0, 60);
  }
}

TEST(Token, IsStoredAsItsHash) {
  EXPECT_EQ(TokenHash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace argus::auth
