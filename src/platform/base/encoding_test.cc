#include "platform/base/encoding.h"

#include <gtest/gtest.h>

#include "platform/base/clock.h"

namespace argus {
namespace {

TEST(Encoding, HexAndBase64RoundTrip) {
  const std::string bytes("\x00\xff\x10 abc", 7);
  EXPECT_EQ(HexEncode(bytes), "00ff1020616263");
  EXPECT_EQ(HexDecode("00FF1020616263"), bytes);
  EXPECT_EQ(HexDecode("0"), std::nullopt);
  EXPECT_EQ(HexDecode("0g"), std::nullopt);
  EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)), bytes);
  EXPECT_EQ(Base64UrlDecode("a+b/"), std::nullopt);
  EXPECT_EQ(Base64Encode("ab"), "YWI=");
  EXPECT_EQ(Base64Decode("YWI"), "ab");
}

TEST(Encoding, PercentDecodingRefusesTruncatedEscapes) {
  EXPECT_EQ(PercentEncode("a/b ü"), "a%2Fb%20%C3%BC");
  EXPECT_EQ(PercentDecode("a%2Fb%20%C3%BC"), "a/b ü");
  EXPECT_EQ(PercentDecode("%2"), std::nullopt);
  EXPECT_EQ(PercentDecode("%zz"), std::nullopt);
}

TEST(Encoding, Utf8IsJudgedStrictly) {
  EXPECT_TRUE(IsValidUtf8("稽核 ok 😀"));
  EXPECT_FALSE(IsValidUtf8("\xC0\x80"));          // overlong
  EXPECT_FALSE(IsValidUtf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(IsValidUtf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(IsValidUtf8("\xE4\xB8"));          // truncated
  EXPECT_EQ(ReplaceInvalidUtf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(Encoding, Sha256OfTheEmptyStringIsTheKnownOne) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Clock, Rfc3339RoundTripsInMicroseconds) {
  auto time = ParseRfc3339("2026-05-24T10:42:11.123456+02:00");
  ASSERT_TRUE(time.ok());
  EXPECT_EQ(FormatRfc3339(*time), "2026-05-24T08:42:11.123456Z");
  EXPECT_FALSE(ParseRfc3339("yesterday").ok());
}

}  // namespace
}  // namespace argus
