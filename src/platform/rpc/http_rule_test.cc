#include "platform/rpc/http_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/reasons.h"
#include "platform/rpc/testdata/echo.pb.h"

namespace argus::rpc {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(PathTemplate, TakesApart) {
  const auto path = ParsePathTemplate("/v1/{name=projects/*/plans/*}/x/{id}:cancel").value();
  EXPECT_THAT(path.segments, ElementsAre("v1", "projects", "*", "plans", "*", "x", "*"));
  EXPECT_EQ(path.verb, "cancel");
  ASSERT_EQ(path.variables.size(), 2u);
  EXPECT_EQ(path.variables[0].field, "name");
  EXPECT_EQ(path.variables[0].begin, 1u);
  EXPECT_EQ(path.variables[0].end, 5u);
}

TEST(PathTemplate, RefusesWhatIsNone) {
  for (const char* bad : {"", "v1", "/", "/v1/", "/v1//x", "/v1/{name", "/v1/{=x}", "/v1/{name=}", "/v1/{a={b}}", "/v1/x:",
                          "/v1/**/x", "/v1/{name}x", "/v1/x}"}) {
    EXPECT_EQ(ParsePathTemplate(bad).error().reason(), reasons::kInvalidConfiguration) << bad;
  }
}

class RouteTableTest : public testing::Test {
 protected:
  RouteTableTest() {
    const auto* service = rpctest::v1::Thing::descriptor()->file()->service(0);
    for (int i = 0; i < 4; ++i) {
      methods_.push_back(std::make_unique<Method>(service->method(i)));
      EXPECT_TRUE(table_.Add(*methods_.back()).ok());
    }
  }
  std::string NameOf(std::string_view verb, std::string_view path) {
    const auto match = table_.Find(verb, path);
    return match.method ? match.method->name() : "";
  }

  std::vector<std::unique_ptr<Method>> methods_;
  RouteTable table_;
};

TEST_F(RouteTableTest, MatchesAndBindsVariables) {
  const auto match = table_.Find("GET", "/v1/racks/a%20b/things/c%2Fd%252F");
  ASSERT_NE(match.method, nullptr);
  EXPECT_EQ(match.method->name(), "Get");
  // In a variable of several segments an escaped slash stays escaped.
  EXPECT_THAT(match.variables, ElementsAre(Pair("name", "racks/a b/things/c%2Fd%2F")));
  EXPECT_THAT(table_.Find("GET", "/v1/things/c%2Fd").variables, ElementsAre(Pair("name", "c/d")));
}

TEST_F(RouteTableTest, CustomVerbsAndColonsInIds) {
  EXPECT_EQ(NameOf("POST", "/v1/racks/a/things/b:cancel"), "Cancel");
  EXPECT_THAT(table_.Find("GET", "/v1/racks/a/things/b:c").variables, ElementsAre(Pair("name", "racks/a/things/b:c")));
  EXPECT_THAT(table_.Find("POST", "/v1/racks/a/things/b:c:cancel").variables,
              ElementsAre(Pair("name", "racks/a/things/b:c")));
}

TEST_F(RouteTableTest, AnotherMethodNamesTheAllowedOnes) {
  EXPECT_THAT(table_.Find("PUT", "/v1/racks/a/things/b").allowed, ElementsAre("GET", "PATCH"));
  EXPECT_THAT(table_.Find("GET", "/v1/racks/a/things/b:cancel").allowed, ElementsAre("POST"));
}

TEST_F(RouteTableTest, WhatMatchesNothing) {
  for (const char* path : {"/", "/v1", "/v1/racks//things/b", "/v1/racks/a/things/", "/v1/racks/a/things/b/c",
                           "/v1/racks/%zz/things/b", "/v1/racks/a/thing/b", "relative", ""}) {
    const auto match = table_.Find("GET", path);
    EXPECT_EQ(match.method, nullptr) << path;
    EXPECT_TRUE(match.allowed.empty()) << path;
  }
}

TEST_F(RouteTableTest, TheSameRouteTwiceIsRefused) {
  EXPECT_EQ(table_.Add(*methods_[0]).error().reason(), reasons::kInvalidConfiguration);
}

}  // namespace
}  // namespace argus::rpc
