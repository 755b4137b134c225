#include "platform/db/pg_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/reasons.h"

namespace argus::db {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::Pair;

std::vector<PgKeywords> Parsed(const std::string& url) {
  auto hosts = ParsePgUrl(url);
  if (hosts.ok()) return std::move(hosts).value();
  ADD_FAILURE() << hosts.error().ToString();
  return {{}};
}

TEST(ParsePgUrl, AddsDefaults) {
  const auto hosts = Parsed("postgresql://u:p@h/d");
  ASSERT_EQ(hosts.size(), 1u);
  EXPECT_THAT(hosts[0], Contains(Pair("host", "h")));
  EXPECT_THAT(hosts[0], Contains(Pair("application_name", "argus")));
  EXPECT_THAT(hosts[0], Contains(Pair("target_session_attrs", "read-write")));
  EXPECT_THAT(hosts[0], Contains(Pair("client_encoding", "UTF8")));
}

TEST(ParsePgUrl, KeepsWhatIsGiven) {
  const auto hosts = Parsed("host=h target_session_attrs=any application_name=mine client_encoding=LATIN1");
  EXPECT_THAT(hosts[0], Contains(Pair("target_session_attrs", "any")));
  EXPECT_THAT(hosts[0], Contains(Pair("application_name", "mine")));
  EXPECT_THAT(hosts[0], Not(Contains(Pair("client_encoding", "LATIN1"))));
}

TEST(ParsePgUrl, SplitsHosts) {
  const auto hosts = Parsed("postgresql://a:1,b:2/d");
  ASSERT_EQ(hosts.size(), 2u);
  EXPECT_THAT(hosts[0], Contains(Pair("host", "a")));
  EXPECT_THAT(hosts[0], Contains(Pair("port", "1")));
  EXPECT_THAT(hosts[1], Contains(Pair("host", "b")));
  EXPECT_THAT(hosts[1], Contains(Pair("port", "2")));
}

TEST(ParsePgUrl, OnePortStandsForAllHosts) {
  const auto hosts = Parsed("host=a,b,c port=7");
  ASSERT_EQ(hosts.size(), 3u);
  EXPECT_THAT(hosts[2], Contains(Pair("port", "7")));
}

TEST(ParsePgUrl, RefusesWithoutQuotingThePassword) {
  for (const char* url :
       {"postgresql://u:secret@[::1/d", "postgresql://u:secret@h/d?nonsense=1", "host=a,b port=1,2,3"}) {
    const auto hosts = ParsePgUrl(url);
    ASSERT_FALSE(hosts.ok());
    EXPECT_EQ(hosts.error().reason(), reasons::kInvalidConfiguration);
    EXPECT_EQ(hosts.error().ToString().find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace argus::db
