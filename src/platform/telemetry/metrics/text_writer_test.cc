#include "platform/telemetry/metrics/text_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "platform/telemetry/metrics/registry.h"

namespace argus::metrics {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Exemplar kTrace{"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"};
constexpr Family kHits{Type::kCounter, "hits_total", "Said \"hi\".", {"by"}};
constexpr Family kTime{Type::kHistogram, "time_seconds", "Time.", {}, {0.5, 1}};
constexpr Family kPause{Type::kSummary, "pause_seconds", "Pause.", {}, {0, 0.5, 1}};
constexpr Family kLevel{Type::kGauge, "level", "Level."};

TEST(TextWriter, WritesOpenMetricsByItsRules) {
  Registry registry;
  registry.GetCounter(kHits, {"a"}).Increment(2);
  registry.GetHistogram(kTime).Observe(0.75);
  registry.GetSummary(kPause).Observe(0.25);
  EXPECT_EQ(registry.Render(Format::kOpenMetrics),
            "# HELP hits Said \\\"hi\\\".\n"
            "# TYPE hits counter\n"
            "hits_total{by=\"a\"} 2\n"
            "# HELP pause_seconds Pause.\n"
            "# TYPE pause_seconds summary\n"
            "# UNIT pause_seconds seconds\n"
            "pause_seconds{quantile=\"0.0\"} 0.25\n"
            "pause_seconds{quantile=\"0.5\"} 0.25\n"
            "pause_seconds{quantile=\"1.0\"} 0.25\n"
            "pause_seconds_sum 0.25\n"
            "pause_seconds_count 1\n"
            "# HELP time_seconds Time.\n"
            "# TYPE time_seconds histogram\n"
            "# UNIT time_seconds seconds\n"
            "time_seconds_bucket{le=\"0.5\"} 0\n"
            "time_seconds_bucket{le=\"1.0\"} 1\n"
            "time_seconds_bucket{le=\"+Inf\"} 1\n"
            "time_seconds_sum 0.75\n"
            "time_seconds_count 1\n"
            "# EOF\n");
}

TEST(TextWriter, WritesTheSameInTheOlderFormatByItsOwn) {
  Registry registry;
  registry.GetCounter(kHits, {"a"}).Increment(2, kTrace);
  registry.GetSummary(kPause);
  EXPECT_EQ(registry.Render(Format::kText),
            "# HELP hits_total Said \"hi\".\n"
            "# TYPE hits_total counter\n"
            "hits_total{by=\"a\"} 2\n"
            "# HELP pause_seconds Pause.\n"
            "# TYPE pause_seconds summary\n"
            "pause_seconds{quantile=\"0\"} NaN\n"
            "pause_seconds{quantile=\"0.5\"} NaN\n"
            "pause_seconds{quantile=\"1\"} NaN\n"
            "pause_seconds_sum 0\n"
            "pause_seconds_count 0\n");
}

TEST(TextWriter, PutsExemplarsIntoTheirBucket) {
  Registry registry;
  Histogram& time = registry.GetHistogram(kTime);
  time.Observe(0.25, kTrace);
  time.Observe(7, {"abc", ""});
  time.Observe(0.75, {});
  registry.GetCounter(kHits, {"a"}).Increment(3, kTrace);
  const std::string text = registry.Render(Format::kOpenMetrics);
  const std::string trace = R"(# \{trace_id="0af7651916cd43dd8448eb211c80319c",span_id="b7ad6b7169203331"\} )";
  EXPECT_THAT(text, ContainsRegex("le=\"0.5\"\\} 1 " + trace + "0.25 [0-9]{10}[.0-9]*\n"));
  EXPECT_THAT(text, HasSubstr("le=\"1.0\"} 2\n"));
  EXPECT_THAT(text, ContainsRegex("le=\"\\+Inf\"\\} 3 # \\{trace_id=\"abc\"\\} 7 [0-9]{10}"));
  EXPECT_THAT(text, ContainsRegex("hits_total\\{by=\"a\"\\} 3 " + trace + "3 [0-9]{10}"));
  EXPECT_THAT(registry.Render(Format::kText), Not(HasSubstr("trace_id")));
}

TEST(TextWriter, TakesNoForgedExemplar) {
  Registry registry;
  Counter& hits = registry.GetCounter(kHits, {"a"});
  const std::string long_id(33, 'a');
  for (const Exemplar& forged : {Exemplar{"a\"b", ""}, Exemplar{long_id, ""}, Exemplar{"ab", "x"}, Exemplar{"", "ab"},
                                 Exemplar{"ab", long_id}}) {
    hits.Increment(1, forged);
  }
  EXPECT_THAT(registry.Render(Format::kOpenMetrics), HasSubstr("hits_total{by=\"a\"} 5\n"));
}

TEST(TextWriter, CallsACounterUnknownWhoseNameWouldBeAnothersInOpenMetrics) {
  static constexpr Family kBytes{Type::kGauge, "heap_bytes", "Now."};
  static constexpr Family kBytesTotal{Type::kCounter, "heap_bytes_total", "Ever."};
  for (const bool gauge_first : {true, false}) {
    Registry registry;
    if (gauge_first) registry.GetGauge(kBytes);
    registry.GetCounter(kBytesTotal).Increment(1, kTrace);
    registry.GetGauge(kBytes);
    EXPECT_EQ(registry.Render(Format::kOpenMetrics),
              "# HELP heap_bytes Now.\n# TYPE heap_bytes gauge\n# UNIT heap_bytes bytes\nheap_bytes 0\n"
              "# HELP heap_bytes_total Ever.\n# TYPE heap_bytes_total unknown\nheap_bytes_total 1\n# EOF\n");
    EXPECT_THAT(registry.RenderText(), HasSubstr("# TYPE heap_bytes_total counter\n"));
  }
}

TEST(TextWriter, WritesNumbersShortAndExact) {
  Registry registry;
  Gauge& level = registry.GetGauge(kLevel);
  const auto written = [&](double value) {
    level.Set(value);
    const std::string text = registry.RenderText();
    return text.substr(text.rfind(' ') + 1, text.size() - text.rfind(' ') - 2);
  };
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(written(-3), "-3");
  EXPECT_EQ(written(9007199254740991), "9007199254740991");
  EXPECT_EQ(written(1e300), "1e+300");
  EXPECT_EQ(written(5e-324), "5e-324");
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(written(kNan), "NaN");
}

TEST(TextWriter, LeavesOutACounterThatCannotBeReadAndKeepsItsFamily) {
  Registry registry;
  registry.AddCallback(kHits, {"a"}, [] { return kNan; });
  EXPECT_EQ(registry.Render(Format::kOpenMetrics), "# HELP hits Said \\\"hi\\\".\n# TYPE hits counter\n# EOF\n");
}

TEST(TextWriter, AnEmptyRegistryIsADocument) {
  EXPECT_EQ(Registry().RenderText(), "");
  EXPECT_EQ(Registry().Render(Format::kOpenMetrics), "# EOF\n");
  EXPECT_EQ(Registry().Render(Format::kProtobuf), "");
}

}  // namespace
}  // namespace argus::metrics
