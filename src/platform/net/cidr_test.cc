#include "platform/net/cidr.h"

#include <gtest/gtest.h>

namespace argus::net {
namespace {

std::vector<Cidr> Ranges(std::string_view text) { return ParseCidrList(text).value(); }

Headers Forwarded(std::string_view value) {
  Headers headers;
  headers.Add("x-forwarded-for", value);
  return headers;
}

TEST(Cidr, ContainsByPrefix) {
  const auto range = Cidr::Parse("10.1.0.0/20").value();
  EXPECT_TRUE(range.Contains(*ParseIp("10.1.15.255")));
  EXPECT_FALSE(range.Contains(*ParseIp("10.1.16.0")));
  EXPECT_FALSE(range.Contains(*ParseIp("fd00::1")));
  EXPECT_TRUE(Cidr::Parse("fd00::/8").value().Contains(*ParseIp("fdff::1")));
  EXPECT_TRUE(Cidr::Parse("127.0.0.1").value().Contains(*ParseIp("::ffff:127.0.0.1")));
}

TEST(Cidr, RefusesWhatIsNoRange) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "fd00::/129", "host/8", "10.0.0.0/8x"}) {
    EXPECT_FALSE(Cidr::Parse(text).ok()) << text;
  }
  EXPECT_FALSE(ParseCidrList("10.0.0.0/8,,127.0.0.1").ok());
  EXPECT_TRUE(ParseCidrList("").value().empty());
}

TEST(ClientAddress, ForgedHeadersOfAnUntrustedPeerAreIgnored) {
  Headers headers = Forwarded("1.2.3.4");
  headers.Add("X-Real-IP", "1.2.3.4");
  EXPECT_EQ(ClientAddress("9.9.9.9", headers, {}), "9.9.9.9");
  EXPECT_EQ(ClientAddress("9.9.9.9", headers, Ranges("10.0.0.0/8")), "9.9.9.9");
}

TEST(ClientAddress, TheRightmostUntrustedHopCounts) {
  const auto trusted = Ranges("10.0.0.0/8, 127.0.0.1");
  EXPECT_EQ(ClientAddress("127.0.0.1", Forwarded("6.6.6.6, 1.2.3.4, 10.0.0.7"), trusted), "1.2.3.4");
  EXPECT_EQ(ClientAddress("127.0.0.1", Forwarded("10.0.0.1, 10.0.0.7"), trusted), "10.0.0.1");
  EXPECT_EQ(ClientAddress("127.0.0.1", Forwarded("[2001:db8::1]:443"), trusted), "2001:db8::1");
  EXPECT_EQ(ClientAddress("127.0.0.1", Forwarded("1.2.3.4, <script>"), trusted), "127.0.0.1");
}

TEST(ClientAddress, RealIpOfATrustedPeerIsBelievedIfItIsAnAddress) {
  Headers headers;
  headers.Add("x-real-ip", "1.2.3.4");
  EXPECT_EQ(ClientAddress("10.0.0.1", headers, Ranges("10.0.0.0/8")), "1.2.3.4");
  headers.Set("X-Real-Ip", "nonsense");
  EXPECT_EQ(ClientAddress("10.0.0.1", headers, Ranges("10.0.0.0/8")), "10.0.0.1");
}

}  // namespace
}  // namespace argus::net
