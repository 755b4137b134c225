#include "api/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/reasons.h"

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

TEST(HttpMetrics, NameTheTraceOfASlowRequest) {
  metrics::Registry registry;
  HttpMetrics metrics(registry);
  const TraceContext trace{std::string(32, 'a'), std::string(16, 'b'), true};
  metrics.Answered({"GET", "/v1/projects", 200, "rest"}, std::chrono::milliseconds(700), trace);
  EXPECT_THAT(registry.Render(metrics::Format::kOpenMetrics),
              HasSubstr("le=\"0.75\"} 1 # {trace_id=\"" + trace.trace_id + "\""));
}

TEST(HttpMetrics, KnownRoutesExistBeforeTheirFirstRequest) {
  metrics::Registry registry;
  HttpMetrics metrics(registry);
  metrics.KnowRoute("GET", "/healthz", "http");
  const std::string text = registry.RenderText();
  for (const char* status : {"200", "500", "503"}) {
    EXPECT_THAT(text, HasSubstr("http_requests_total{method=\"GET\",route=\"/healthz\",status=\"" + std::string(status) +
                                "\",protocol=\"http\"} 0"));
  }
  EXPECT_THAT(text, Not(HasSubstr("status=\"404\"")));
}

TEST(HttpMetrics, RejectionsAreCountedByReasonAndOtherErrorsAreNot) {
  metrics::Registry registry;
  HttpMetrics metrics(registry);
  metrics.TurnedAway(Error(Code::kUnavailable, reasons::kOverloaded, ""), "grpc");
  metrics.Rejected(Error(Code::kNotFound, reasons::kResourceNotFound, ""));
  const std::string text = registry.RenderText();
  EXPECT_THAT(text, HasSubstr("http_requests_rejected_total{reason=\"overloaded\"} 1"));
  EXPECT_THAT(text, HasSubstr(R"(http_requests_total{method="other",route="other",status="503",protocol="grpc"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("resource_not_found")));
}

TEST(HttpMetrics, SizesAreThoseOfBothBodies) {
  metrics::Registry registry;
  HttpMetrics metrics(registry);
  metrics.HttpSizes(300, 5000);
  const std::string text = registry.RenderText();
  EXPECT_THAT(text, HasSubstr("http_request_size_bytes_bucket{protocol=\"http\",le=\"1024\"} 1"));
  EXPECT_THAT(text, HasSubstr("http_response_size_bytes_sum{protocol=\"http\"} 5000"));
  EXPECT_THAT(text, HasSubstr("http_request_size_bytes_count{protocol=\"grpc\"} 0"));
}

}  // namespace
}  // namespace argus::api
