#include "platform/rpc/rest_protocol.h"

#include <gtest/gtest.h>

#include "platform/base/reasons.h"
#include "platform/rpc/testdata/echo.pb.h"

namespace argus::rpc {
namespace {

using namespace rpctest::v1;

class BindRestTest : public testing::Test {
 protected:
  BindRestTest() {
    const auto* service = Thing::descriptor()->file()->service(0);
    for (int i = 0; i < 4; ++i) {
      methods_.push_back(std::make_unique<Method>(service->method(i)));
      EXPECT_TRUE(table_.Add(*methods_.back()).ok());
    }
  }

  template <typename Request>
  Status Bind(std::string_view verb, std::string_view path, std::string_view query, std::string_view body, Request& out) {
    return BindRest(table_.Find(verb, path), query, body, out);
  }
  // The field that a refused request names.
  template <typename Request>
  std::string Wrong(std::string_view verb, std::string_view path, std::string_view query, std::string_view body = "") {
    Request request;
    const auto status = Bind(verb, path, query, body, request);
    if (status.ok()) return "accepted";
    return status.error().fields().empty() ? std::string(status.error().reason().name) : status.error().fields()[0].field;
  }

  std::vector<std::unique_ptr<Method>> methods_;
  RouteTable table_;
};

constexpr std::string_view kThing = "/v1/racks/a/things/b";

TEST_F(BindRestTest, QueryOfEveryKind) {
  GetRequest request;
  const auto status = Bind("GET", kThing,
                           "pageSize=7&tags=x&tags=y+z&state=ACTIVE&read_mask=name,createTime&since=2026-05-24T08:42:11Z"
                           "&part.sheet=s%26t&part.sizes=1&part.sizes=2&loud=true",
                           "", request);
  ASSERT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_EQ(request.name(), "racks/a/things/b");
  EXPECT_EQ(request.page_size(), 7);
  EXPECT_EQ(request.tags(1), "y z");
  EXPECT_EQ(request.state(), ACTIVE);
  EXPECT_EQ(request.read_mask().paths(1), "create_time");
  EXPECT_EQ(request.since().seconds(), 1779612131);
  EXPECT_EQ(request.part().sheet(), "s&t");
  EXPECT_EQ(request.part().sizes_size(), 2);
  EXPECT_TRUE(request.loud());
}

TEST_F(BindRestTest, WrongQueriesNameTheField) {
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "page_size=x"), "pageSize");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "pageSize=1&page_size=2"), "pageSize");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "nope=1"), "nope");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "part.nope=1"), "part.nope");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "pageSize.x=1"), "pageSize.x");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "part=1"), "part");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "name=other"), "name");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "loud=yes"), "loud");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "tags=%ff"), "tags");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "tags=%f"), "INVALID_FIELD");
  EXPECT_EQ(Wrong<GetRequest>("GET", kThing, "", "{}"), "INVALID_BODY");
}

TEST_F(BindRestTest, BodyFillsOneFieldAndTheQueryTheRest) {
  CreateRequest request;
  const auto status = Bind("POST", "/v1/racks/a/things", "requestId=r", R"({"small":3})", request);
  ASSERT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_EQ(request.parent(), "racks/a");
  EXPECT_EQ(request.thing().small(), 3);
  EXPECT_EQ(request.request_id(), "r");
  EXPECT_EQ(Wrong<CreateRequest>("POST", "/v1/racks/a/things", "thing.small=1"), "thing.small");
  EXPECT_EQ(Wrong<CreateRequest>("POST", "/v1/racks/a/things", "", R"({"parts":[{"sheet":1}]})"), "thing.parts[0].sheet");
}

TEST_F(BindRestTest, ABodyMayRepeatThePathButNotContradictIt) {
  UpdateRequest request;
  EXPECT_TRUE(Bind("PATCH", kThing, "updateMask=small", R"({"name":"racks/a/things/b"})", request).ok());
  EXPECT_EQ(request.thing().name(), "racks/a/things/b");
  EXPECT_EQ(Wrong<UpdateRequest>("PATCH", kThing, "", R"({"name":"racks/other/things/b"})"), "thing.name");
}

TEST_F(BindRestTest, AWholeBodyLeavesNothingToTheQuery) {
  EXPECT_EQ(Wrong<CancelRequest>("POST", "/v1/racks/a/things/b:cancel", "reason=x"), "reason");
  EXPECT_EQ(Wrong<CancelRequest>("POST", "/v1/racks/a/things/b:cancel", "", ""), "accepted");
}

TEST_F(BindRestTest, DeepQueryPathsAreBounded) {
  std::string path = "thing";
  for (int i = 0; i < 10'000; ++i) path += ".inner";
  EXPECT_NE(Wrong<UpdateRequest>("PATCH", kThing, path + ".small=1"), "accepted");
  GetRequest request;
  Thing thing;
  EXPECT_FALSE(Bind("GET", kThing, path, "", request).ok());
}

}  // namespace
}  // namespace argus::rpc
