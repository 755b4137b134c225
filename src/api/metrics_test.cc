#include "api/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace argus::api {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HttpMetrics, CountAnswersWithTheirDuration) {
  metrics::Registry registry;
  HttpMetrics metrics(registry);
  metrics.Answered({"GET", "/v1/{name=projects/*}", 200, "rest"}, std::chrono::milliseconds(20));
  const std::string text = registry.RenderText();
  EXPECT_THAT(
      text,
      HasSubstr(R"(http_requests_total{method="GET",route="/v1/{name=projects/*}",status="200",protocol="rest"} 1)"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(http_request_duration_seconds_bucket{method="GET",route="/v1/{name=projects/*}",le="0.025"} 1)"));
}

TEST(HttpMetrics, KeepStreamsOutOfTheHistogram) {
  metrics::Registry registry;
  HttpMetrics metrics(registry);
  metrics.Ended({"POST", "/argus.v1.RolloutService/WatchRollout", 499, "grpc"});
  const std::string text = registry.RenderText();
  EXPECT_THAT(text, HasSubstr(R"(status="499",protocol="grpc"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("http_request_duration_seconds_count{")));
}

}  // namespace
}  // namespace argus::api
