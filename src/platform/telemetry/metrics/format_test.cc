#include "platform/telemetry/metrics/format.h"

#include <gtest/gtest.h>

namespace argus::metrics {
namespace {

TEST(NegotiateFormat, UnderstandsWhatPrometheusSends) {
  EXPECT_EQ(NegotiateFormat("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                            "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            Format::kOpenMetrics);
  EXPECT_EQ(NegotiateFormat("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
                            "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            Format::kProtobuf);
  EXPECT_EQ(NegotiateFormat("text/plain;version=0.0.4;q=0.5,*/*;q=0.1"), Format::kText);
}

TEST(NegotiateFormat, FallsBackToText) {
  for (const char* accept : {"", "text/html", "application/json;q=1", ";;;,,,", "application/openmetrics-text;version=0.0.1",
                             "application/vnd.google.protobuf", "application/openmetrics-text;q=2",
                             "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
                             "application/openmetrics-text;q=0", "*/*", "text/*;q=0.1"}) {
    EXPECT_EQ(NegotiateFormat(accept), Format::kText) << accept;
  }
}

TEST(NegotiateFormat, GoesByQualityThenByOrder) {
  EXPECT_EQ(NegotiateFormat("text/plain;q=0.9, application/openmetrics-text;q=0.8"), Format::kText);
  EXPECT_EQ(NegotiateFormat("text/plain;q=0.8, Application/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.9"),
            Format::kOpenMetrics);
  EXPECT_EQ(NegotiateFormat("application/openmetrics-text, text/plain"), Format::kOpenMetrics);
}

TEST(ContentType, IsExact) {
  EXPECT_EQ(ContentType(Format::kText), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(ContentType(Format::kOpenMetrics), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(ContentType(Format::kProtobuf),
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");
}

}  // namespace
}  // namespace argus::metrics
