#include "platform/net/gzip.h"

#include <gtest/gtest.h>

#include "platform/base/reasons.h"

namespace argus::net {
namespace {

TEST(Gzip, RoundTrip) {
  for (const std::string& text : {std::string(), std::string("short"), std::string(100'000, 'x')}) {
    EXPECT_EQ(Gunzip(Gzip(text), 100'000).value(), text);
  }
}

TEST(Gzip, ABombStopsAtTheLimit) {
  const auto result = Gunzip(Gzip(std::string(10 << 20, '\0')), 1000);
  EXPECT_EQ(result.error().reason(), reasons::kBodyTooLarge);
}

TEST(Gzip, RefusesCutOffForeignAndTrailingBytes) {
  const std::string packed = Gzip("some text");
  for (const std::string& bad : {packed.substr(0, packed.size() - 1), std::string("plain"), std::string(), packed + "x"}) {
    EXPECT_EQ(Gunzip(bad, 1000).error().reason(), reasons::kInvalidBody);
  }
}

TEST(Gzip, AcceptEncoding) {
  EXPECT_TRUE(AcceptsGzip("br, GZIP;q=0.5"));
  EXPECT_TRUE(AcceptsGzip("gzip"));
  EXPECT_FALSE(AcceptsGzip("gzip;q=0"));
  EXPECT_FALSE(AcceptsGzip("gzip;q=0.000"));
  EXPECT_FALSE(AcceptsGzip("identity, br"));
  EXPECT_FALSE(AcceptsGzip(""));
}

TEST(Gzip, OnlyLargeBodiesAreCompressed) {
  HttpResponse small{.body = "tiny"};
  CompressIfAccepted("gzip", small);
  EXPECT_EQ(small.body, "tiny");
  HttpResponse large{.body = std::string(5000, 'a')};
  CompressIfAccepted("gzip", large);
  EXPECT_EQ(large.headers.Get("content-encoding"), "gzip");
  EXPECT_EQ(large.headers.Get("vary"), "Accept-Encoding");
  EXPECT_EQ(Gunzip(large.body, 5000).value(), std::string(5000, 'a'));
}

}  // namespace
}  // namespace argus::net
