#include "api/debug_endpoints.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "api/api_test_support.h"
#include "platform/telemetry/profile/heap_profile.h"

namespace argus::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class DebugEndpointsTest : public testing::Test {
 protected:
  static net::HttpRequest Request(const std::string& path, const std::string& query = "") {
    net::HttpRequest request;
    request.method = "GET";
    request.path = "/debug/pprof/" + path;
    request.query = query;
    request.peer_address = request.client_address = "127.0.0.1";
    request.headers.Add("Host", "localhost:8080");
    return request;
  }

  net::HttpResponse Send(net::HttpRequest request) {
    const auto route = debug_.Select(request);
    EXPECT_TRUE(route && route->pool) << "not on the requests' workers";
    return route->handler(std::move(request));
  }
  net::HttpResponse Get(const std::string& path, const std::string& query = "") { return Send(Request(path, query)); }

  TestServer server_;
  DebugEndpoints debug_{{{server_.http_metrics(), server_.logger()}, server_.auth(), server_.metastore()}};
};

void ExpectRefused(const net::HttpResponse& response, int status) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(response.headers.Get("X-Go-Pprof"), "1");
  EXPECT_THAT(std::string(response.headers.Get("Content-Type")), StartsWith("text/plain"));
}

TEST_F(DebugEndpointsTest, TakesOnlyItsOwnPaths) {
  for (const char* path : {"/", "/debug", "/debug/pprofile", "/debug/vars"}) {
    net::HttpRequest request;
    request.path = path;
    EXPECT_FALSE(debug_.Select(request)) << path;
  }
  net::HttpRequest root = Request("");
  root.path = "/debug/pprof";
  const auto moved = Send(root);
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.headers.Get("Location"), "/debug/pprof/");
}

TEST_F(DebugEndpointsTest, TheIndexNamesEveryProfile) {
  const auto index = Get("");
  EXPECT_EQ(index.status, 200);
  for (const char* name : {"allocs", "block", "cmdline", "goroutine", "heap", "mutex", "profile", "symbol", "threadcreate"}) {
    EXPECT_THAT(index.body, HasSubstr(name));
  }
}

TEST_F(DebugEndpointsTest, AnswersAsGoDoes) {
  for (const char* name : {"goroutine", "threadcreate", "block", "mutex"}) {
    const auto proto = Get(name);
    EXPECT_EQ(proto.status, 200) << proto.body;
    EXPECT_EQ(proto.headers.Get("Content-Type"), "application/octet-stream");
    EXPECT_EQ(proto.headers.Get("Content-Disposition"), std::string("attachment; filename=\"") + name + "\"");
    EXPECT_THAT(proto.body, StartsWith("\x1f\x8b"));
    const auto text = Get(name, "debug=1");
    EXPECT_THAT(std::string(text.headers.Get("Content-Type")), StartsWith("text/plain"));
    EXPECT_FALSE(text.headers.Has("Content-Disposition"));
  }
  EXPECT_THAT(Get("goroutine", "debug=1").body, StartsWith("goroutine profile: total "));
  EXPECT_THAT(Get("goroutine", "debug=2").body, HasSubstr("\"pprof\" ["));
  EXPECT_THAT(Get("mutex", "debug=1").body, StartsWith("--- mutex:\ncycles/second="));
  const auto cpu = Get("profile", "seconds=1&hz=200");
  EXPECT_EQ(cpu.headers.Get("Content-Disposition"), "attachment; filename=\"profile\"");
  EXPECT_EQ(Get("mutex", "seconds=1").headers.Get("Content-Disposition"), "attachment; filename=\"mutex-delta\"");
}

TEST_F(DebugEndpointsTest, SaysWhenThereIsNoHeapProfile) {
  if (profile::HeapProfilesAvailable()) GTEST_SKIP() << "there is one";
  ExpectRefused(Get("heap"), 501);
  ExpectRefused(Get("allocs", "debug=1"), 501);
}

TEST_F(DebugEndpointsTest, RefusesWhatItDoesNotUnderstand) {
  for (const char* query : {"seconds=-1", "seconds=0", "seconds=601", "seconds=999999", "seconds=99999999999999999999",
                            "seconds=ten", "seconds=1.5", "seconds=", "seconds=%31%", "hz=0", "hz=1001", "hz=x"}) {
    ExpectRefused(Get("profile", query), 400);
  }
  for (const char* query : {"seconds=-1", "seconds=x", "debug=3", "debug=-1", "debug=yes", "debug=1&seconds=1"}) {
    ExpectRefused(Get("goroutine", query), 400);
  }
  ExpectRefused(Get("trace"), 404);
  ExpectRefused(Get("nonsense"), 404);
  ExpectRefused(Get("heap/x"), 404);
  auto post = Request("heap");
  post.method = "POST";
  ExpectRefused(Send(post), 405);
}

TEST_F(DebugEndpointsTest, NamesAddresses) {
  const auto address = fmt::format("{:#x}", reinterpret_cast<std::uintptr_t>(&ExpectRefused));
  const auto by_query = Get("symbol", address + "+0xzz+1");
  EXPECT_THAT(by_query.body, StartsWith("num_symbols: 1\n" + address + " argus::api"));
  EXPECT_THAT(by_query.body, HasSubstr("ExpectRefused"));
  auto post = Request("symbol");
  post.method = "POST";
  post.body = address;
  EXPECT_THAT(Send(post).body, HasSubstr("ExpectRefused"));
  EXPECT_EQ(Get("symbol").body, "num_symbols: 1\n");
}

TEST_F(DebugEndpointsTest, ASecondCpuProfileIsRefusedAndTheFirstEndsWithItsClient) {
  const auto first = Request("profile", "seconds=600");
  auto taken = std::async(std::launch::async, [&] {
    net::HttpResponse response = Send(first);
    while (response.status == 500) response = Send(first);  // until no probe of the second is in its way
    return response;
  });
  net::HttpResponse second = Get("profile", "seconds=1");
  while (second.status == 200) second = Get("profile", "seconds=1");  // until the first has begun
  ExpectRefused(second, 500);
  EXPECT_THAT(second.body, HasSubstr("Could not enable CPU profiling"));
  first.cancel->Cancel();
  EXPECT_EQ(taken.get().status, 200);
  EXPECT_EQ(Get("profile", "seconds=1").status, 200);
}

TEST_F(DebugEndpointsTest, StopEndsWhatIsBeingTaken) {
  auto cpu = std::async(std::launch::async, [&] { return Get("profile", "seconds=600"); });
  auto delta = std::async(std::launch::async, [&] { return Get("goroutine", "seconds=600"); });
  debug_.Stop();
  EXPECT_EQ(cpu.get().status, 200);
  EXPECT_EQ(delta.get().status, 200);
}

TEST_F(DebugEndpointsTest, IsForThisMachineOnly) {
  const auto with = [](const std::string& name, const std::string& value) {
    auto request = Request("cmdline");
    request.headers.Set(name, value);
    return request;
  };
  for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "127.3.2.1", "[::1]:8080", "[::1]"}) {
    EXPECT_EQ(Send(with("Host", host)).status, 200) << host;
  }
  for (const char* host : {"", "argus.example.com", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "[::1",
                           "[fe80::1]", ":8080"}) {
    ExpectRefused(Send(with("Host", host)), 403);
  }
  for (const char* name : {"X-Forwarded-For", "forwarded", "X-Real-IP", "Via"}) {
    ExpectRefused(Send(with(name, "127.0.0.1")), 403);
  }
  for (const char* peer : {"10.0.0.1", "192.168.1.1", "fe80::1", ""}) {
    auto request = Request("cmdline");
    request.peer_address = peer;
    ExpectRefused(Send(request), 403);
  }
}

TEST_F(DebugEndpointsTest, IsForTokensOfThoseWhoMayProfile) {
  const auto by = [](const std::string& authorization) {
    auto request = Request("cmdline");
    request.peer_address = "10.0.0.1";
    request.headers.Set("Authorization", authorization);
    return request;
  };
  const auto admin = server_.SignIn("admin");
  EXPECT_EQ(Send(by("Bearer " + admin)).status, 200);
  ExpectRefused(Send(by("Bearer " + server_.AddUser(admin, "eve"))), 403);
  ExpectRefused(Send(by("Bearer nonsense")), 403);
  ExpectRefused(Send(by("Basic " + admin)), 403);
}

}  // namespace
}  // namespace argus::api
