#include "api/server_endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "platform/base/reasons.h"

namespace argus::api {
namespace {

using testing::HasSubstr;

class ServerEndpointsTest : public testing::Test {
 protected:
  ServerEndpointsTest() {
    AddHealthEndpoints(mux_, server_.readiness(), server_.http_metrics());
    AddMetricsEndpoint(mux_, server_.registry(), server_.http_metrics());
    AddOpenApiEndpoint(mux_, OpenApiDocument(server_.dispatcher(), "1.2.3"), server_.http_metrics());
  }

  net::HttpResponse Get(const std::string& path, const std::string& query = "") {
    net::HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    const auto route = mux_.Select(request);
    EXPECT_TRUE(route.has_value()) << path;
    run_on_ = route->run_on;
    return route->handler(std::move(request));
  }

  TestServer server_;
  net::HttpMux mux_;
  net::RunOn run_on_ = net::RunOn::kPool;
};

TEST_F(ServerEndpointsTest, LiveIsAnsweredWithoutAWorker) {
  for (const char* path : {"/healthz", "/livez"}) {
    const auto response = Get(path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"status":"ok"})");
    EXPECT_EQ(run_on_, net::RunOn::kIo);
  }
}

TEST_F(ServerEndpointsTest, ReadyEndsWithTheDrain) {
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_EQ(Get("/readyz", "verbose").body, R"({"status":"ok","checks":{"metastore":"ok","not_draining":"ok"}})");
  server_.readiness().StartDrain();
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/readyz", "verbose=1").body,
            R"({"status":"unavailable","checks":{"metastore":"ok","not_draining":"failing"}})");
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(ServerEndpointsTest, MetricsCountEvenThemselves) {
  Get("/metrics");
  const auto response = Get("/metrics");
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body,
              HasSubstr(R"(http_requests_total{method="GET",route="/metrics",status="200",protocol="http"} 1)"));
}

TEST_F(ServerEndpointsTest, WhatHasNoRouteIsCountedAsOther) {
  CountRefused(server_.http_metrics(), Error(Code::kNotFound, reasons::kRouteNotFound, "no"));
  EXPECT_THAT(server_.registry().RenderText(),
              HasSubstr(R"(http_requests_total{method="other",route="other",status="404",protocol="http"} 1)"));
}

TEST_F(ServerEndpointsTest, OpenApiDescribesTheRestFace) {
  const auto response = Get("/openapi.yaml");
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/yaml");
  EXPECT_THAT(response.body, HasSubstr("openapi: 3.1"));
  EXPECT_THAT(response.body, HasSubstr("/v1/projects/{project}/plans"));
  EXPECT_THAT(response.body, HasSubstr("bb.plans.create"));
}

}  // namespace
}  // namespace argus::api
