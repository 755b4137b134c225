#include "platform/telemetry/metrics/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace argus::metrics {
namespace {

using testing::HasSubstr;

constexpr Family kRequests{Type::kCounter, "http_requests_total", "Requests\nserved, C:\\.", {"method", "status"}};
constexpr Family kQueue{Type::kGauge, "queue_length", "Waiting tasks."};
constexpr Family kLatency{Type::kHistogram, "latency_seconds", "Latency.", {"route"}, {0.005, 0.5, 1}};
constexpr Family kUptime{Type::kGauge, "uptime_seconds", "Uptime."};

TEST(Registry, RendersFamiliesByNameWithTheirHead) {
  Registry registry;
  registry.GetCounter(kRequests, {"GET", "200"}).Increment(3);
  registry.GetCounter(kRequests, {"GET", "200"}).Increment();
  registry.GetGauge(kQueue).Set(2.5);
  registry.AddCallback(kUptime, [] { return 7.0; });
  EXPECT_EQ(registry.RenderText(),
            "# HELP http_requests_total Requests\\nserved, C:\\\\.\n"
            "# TYPE http_requests_total counter\n"
            "http_requests_total{method=\"GET\",status=\"200\"} 4\n"
            "# HELP queue_length Waiting tasks.\n"
            "# TYPE queue_length gauge\n"
            "queue_length 2.5\n"
            "# HELP uptime_seconds Uptime.\n"
            "# TYPE uptime_seconds gauge\n"
            "uptime_seconds 7\n");
}

TEST(Registry, RendersHistogramsCumulatively) {
  Registry registry;
  Histogram& histogram = registry.GetHistogram(kLatency, {"/v1"});
  for (double value : {0.005, 0.25, 0.75, 100.0, std::numeric_limits<double>::quiet_NaN()}) histogram.Observe(value);
  EXPECT_THAT(registry.RenderText(), HasSubstr("latency_seconds_bucket{route=\"/v1\",le=\"0.005\"} 1\n"
                                               "latency_seconds_bucket{route=\"/v1\",le=\"0.5\"} 2\n"
                                               "latency_seconds_bucket{route=\"/v1\",le=\"1\"} 3\n"
                                               "latency_seconds_bucket{route=\"/v1\",le=\"+Inf\"} 4\n"
                                               "latency_seconds_sum{route=\"/v1\"} 101.005\n"
                                               "latency_seconds_count{route=\"/v1\"} 4\n"));
}

TEST(Registry, EscapesLabelValuesAndReplacesIllFormedUtf8) {
  Registry registry;
  registry.GetCounter(kRequests, {"a\"b\\c\nd", "\xFF"});
  EXPECT_THAT(registry.RenderText(), HasSubstr(R"({method="a\"b\\c\nd",status=")"
                                               "\xEF\xBF\xBD\"} 0\n"));
}

TEST(Registry, WritesInfinitiesAndNan) {
  Registry registry;
  registry.GetGauge(kQueue).Set(-std::numeric_limits<double>::infinity());
  EXPECT_THAT(registry.RenderText(), HasSubstr("queue_length -Inf\n"));
  registry.GetGauge(kQueue).Set(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(registry.RenderText(), HasSubstr("queue_length NaN\n"));
}

TEST(Registry, CountsTheRestInOneOverflowSeries) {
  Registry registry;
  for (std::size_t i = 0; i < Registry::kMaxSeries; ++i) registry.GetCounter(kRequests, {std::to_string(i), "200"});
  Counter& first_past = registry.GetCounter(kRequests, {"hostile-1", "200"});
  first_past.Increment();
  EXPECT_EQ(&registry.GetCounter(kRequests, {"hostile-2", "404"}), &first_past);
  EXPECT_NE(&registry.GetCounter(kRequests, {"7", "200"}), &first_past);
  EXPECT_THAT(registry.RenderText(), HasSubstr("{method=\"other\",status=\"other\"} 1\n"));
}

TEST(Registry, OrdersSeriesByTheirLabels) {
  Registry registry;
  for (const char* status : {"503", "200", "404"}) registry.GetCounter(kRequests, {"GET", status});
  const std::string text = registry.RenderText();
  EXPECT_LT(text.find("\"200\""), text.find("\"404\""));
  EXPECT_LT(text.find("\"404\""), text.find("\"503\""));
}

TEST(Registry, KeepsLabelValuesApartWhateverTheyHold) {
  Registry registry;
  EXPECT_NE(&registry.GetCounter(kRequests, {"a", "ba"}), &registry.GetCounter(kRequests, {"ab", "a"}));
  EXPECT_NE(&registry.GetCounter(kRequests, {"", "a"}), &registry.GetCounter(kRequests, {"a", ""}));
}

TEST(Registry, ReadsLabelledSeriesByCallback) {
  static constexpr Family kDepth{Type::kGauge, "depth", "Depth.", {"queue"}};
  Registry registry;
  registry.AddCallback(kDepth, {"a"}, [] { return 1.0; });
  registry.AddCallback(kDepth, {"b"}, [] { return 2.0; });
  EXPECT_THAT(registry.RenderText(), HasSubstr("depth{queue=\"a\"} 1\ndepth{queue=\"b\"} 2\n"));
}

TEST(Registry, ListsWhatIsDeclared) {
  static constexpr Family kShared{Type::kGauge, "shared", "Shared.", {}, {}, Replicas::kMax};
  Registry registry;
  registry.GetGauge(kShared);
  registry.GetGauge(kQueue);
  const auto families = registry.Families();
  ASSERT_EQ(families.size(), 2u);
  EXPECT_EQ(families[0].name, "queue_length");
  EXPECT_EQ(families[0].replicas, Replicas::kSum);
  EXPECT_EQ(families[1].replicas, Replicas::kMax);
}

// A callback that asks for a handle would wait forever for a scrape that holds the registry.
TEST(Registry, RendersWithoutALock) {
  Registry registry;
  registry.AddCallback(kUptime, [&registry] {
    registry.GetCounter(kRequests, {"GET", "200"}).Increment();
    return 1.0;
  });
  for (const auto format : {Format::kText, Format::kOpenMetrics, Format::kProtobuf}) registry.Render(format);
  EXPECT_EQ(registry.GetCounter(kRequests, {"GET", "200"}).value(), 3u);
}

TEST(Summary, ForgetsAllButTheLastObservations) {
  static constexpr Family kPause{Type::kSummary, "pause_seconds", "Pause.", {}, {0, 1}};
  Registry registry;
  Summary& pause = registry.GetSummary(kPause);
  for (int i = 0; i < 1000; ++i) pause.Observe(i);
  pause.Observe(std::numeric_limits<double>::quiet_NaN());
  const auto read = pause.Read();
  EXPECT_EQ(read.count, 1000u);
  EXPECT_EQ(read.sum, 499500);
  EXPECT_THAT(read.values, testing::ElementsAre(744, 999));
}

TEST(Registry, IsSafeToUseFromManyThreads) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&registry] {
      for (int i = 0; i < 1000; ++i) {
        registry.GetCounter(kRequests, {"GET", "200"}).Increment();
        registry.GetHistogram(kLatency, {"/v1"}).Observe(0.1);
        registry.GetCounter(kRequests, {std::to_string(i), "200"});
        if (i % 100 == 0) registry.RenderText();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(registry.GetCounter(kRequests, {"GET", "200"}).value(), 4000u);
  EXPECT_EQ(registry.GetHistogram(kLatency, {"/v1"}).CumulativeCounts().back(), 4000u);
}

TEST(RegistryDeathTest, EndsTheProcessOnContradictingDeclarations) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Registry registry;
  registry.GetGauge(kQueue);
  static constexpr Family kOtherType{Type::kCounter, "queue_length", "Waiting tasks."};
  static constexpr Family kOtherLabels{Type::kGauge, "queue_length", "Waiting tasks.", {"kind"}};
  EXPECT_DEATH(registry.GetCounter(kOtherType), "queue_length: declared twice");
  EXPECT_DEATH(registry.GetGauge(kOtherLabels, {"x"}), "queue_length: declared twice");
  EXPECT_DEATH(registry.GetGauge(kQueue, {"x"}), "queue_length: given another number of label values");
  EXPECT_DEATH(registry.AddCallback(kQueue, [] { return 0.0; }), "queue_length: has values already");
}

}  // namespace
}  // namespace argus::metrics
