#include "api/health_endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "api/metrics_guard.h"
#include "platform/rpc/http_api.h"

namespace argus::api {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::MatchesRegex;

class HealthEndpointsTest : public testing::Test {
 protected:
  HealthEndpointsTest() {
    watchdog_.Watch("workers", [this](MonotonicTime) { return stalled_; });
    AddHealthEndpoints(mux_, {clock_, watchdog_, server_.readiness(), server_.http_metrics(), server_.logger()});
  }

  net::HttpResponse Get(const std::string& path, const std::string& query = "", const std::string& accept = "") {
    net::HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    if (!accept.empty()) request.headers.Add("Accept", accept);
    const auto route = mux_.Select(request);
    EXPECT_TRUE(route.has_value()) << path;
    EXPECT_EQ(route->run_on, net::RunOn::kIo) << "health must not wait for a worker";
    return route->handler(std::move(request));
  }

  std::chrono::nanoseconds stalled_{0};
  Watchdog watchdog_;
  SystemClock clock_;
  TestServer server_;
  net::HttpMux mux_;
};

TEST_F(HealthEndpointsTest, AliveIsOk) {
  for (const char* path : {"/healthz", "/livez"}) {
    const auto response = Get(path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
    EXPECT_EQ(response.body, R"({"status":"ok"})");
  }
}

TEST_F(HealthEndpointsTest, WithoutProgressForMoreThanTenSecondsItIsNot) {
  stalled_ = seconds(10);
  EXPECT_EQ(Get("/healthz").status, 200);
  stalled_ = seconds(11);
  for (const char* path : {"/healthz", "/livez"}) {
    EXPECT_EQ(Get(path).status, 503);
    EXPECT_EQ(Get(path).body, R"({"status":"unavailable"})");
  }
  EXPECT_THAT(Get("/healthz", "verbose").body, HasSubstr(R"("name":"workers","ok":false)"));
  stalled_ = seconds(0);
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(HealthEndpointsTest, ReadyEndsWithTheDrainAndLifeDoesNot) {
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_EQ(Get("/readyz").body, R"({"status":"ok"})");
  server_.readiness().StartDrain();
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(HealthEndpointsTest, VerboseListsEachCheckWithItsAge) {
  EXPECT_THAT(Get("/readyz", "verbose").body,
              MatchesRegex(R"(\{"status":"ok","checks":\[\{"name":"metastore","ok":true,"last_checked_age_seconds":[0-9.]+\},)"
                           R"(\{"name":"not_draining","ok":true,"last_checked_age_seconds":0\.000\}\]\})"));
  server_.readiness().StartDrain();
  EXPECT_THAT(Get("/readyz", "verbose=1").body,
              AllOf(HasSubstr(R"("status":"unavailable")"), HasSubstr(R"("name":"not_draining","ok":false)")));
}

TEST_F(HealthEndpointsTest, HealthJsonOnRequest) {
  const auto response = Get("/readyz", "", "application/health+json, */*;q=0.1");
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/health+json");
  EXPECT_THAT(response.body, AllOf(HasSubstr(R"("status":"pass")"), HasSubstr(R"("metastore":[{"status":"pass","time":")")));
  server_.readiness().StartDrain();
  const auto draining = Get("/readyz", "", "application/health+json");
  EXPECT_EQ(draining.status, 503);
  EXPECT_THAT(draining.body, HasSubstr(R"("status":"fail")"));
}

TEST_F(HealthEndpointsTest, TheListenerHearsOfChangesOnly) {
  std::vector<bool> heard;
  server_.readiness().SetListener([&](bool ready) { heard.push_back(ready); });
  server_.readiness().StartDrain();
  server_.readiness().StartDrain();
  server_.readiness().SetListener(nullptr);
  EXPECT_THAT(heard, testing::ElementsAre(true, false));
}

TEST(MetricsGuard, AsksForTheTokenOnMetricsOnly) {
  TestServer server;
  const auto select = RequireMetricsToken("s3cret", {server.http_metrics(), server.logger()}, [](const net::HttpRequest&) {
    return net::Route{[](net::HttpRequest&&) { return net::HttpResponse(); }};
  });
  const auto status = [&](const std::string& path, const std::string& authorization) {
    net::HttpRequest request;
    request.path = path;
    if (!authorization.empty()) request.headers.Add("Authorization", authorization);
    const auto response = select(request)->handler(net::HttpRequest());
    return response.error ? rpc::RenderHttpError(*response.error, request).status : response.status;
  };
  EXPECT_EQ(status("/metrics", "Bearer s3cret"), 200);
  EXPECT_EQ(status("/metrics", "bearer s3cret"), 200);
  for (const char* wrong : {"", "Bearer", "Bearer s3cre", "Bearer s3crets", "Basic s3cret", "s3cret"}) {
    EXPECT_EQ(status("/metrics", wrong), 401) << wrong;
  }
  EXPECT_EQ(status("/debug/pprof/", ""), 200) << "has its own guard";
}

}  // namespace
}  // namespace argus::api
