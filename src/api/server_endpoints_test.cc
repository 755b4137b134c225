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
    AddMetricsEndpoint(mux_, server_.registry(), watch_);
    AddOpenApiEndpoint(mux_, OpenApiDocument(server_.dispatcher(), "1.2.3"), watch_);
  }

  net::HttpResponse Get(const std::string& path) {
    net::HttpRequest request;
    request.method = "GET";
    request.path = path;
    const auto route = mux_.Select(request);
    EXPECT_TRUE(route.has_value()) << path;
    return route->handler(std::move(request));
  }

  TestServer server_;
  PlainWatch watch_{server_.http_metrics(), server_.logger()};
  net::HttpMux mux_;
};

TEST_F(ServerEndpointsTest, MetricsCountEvenThemselves) {
  Get("/metrics");
  const auto response = Get("/metrics");
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(*response.shared_body,
              HasSubstr(R"(http_requests_total{method="GET",route="/metrics",status="200",protocol="http"} 1)"));
}

TEST_F(ServerEndpointsTest, WhatHasNoRouteIsCountedAsOther) {
  TellRefused(watch_, "http", Error(Code::kNotFound, reasons::kRouteNotFound, "no"), {});
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
