// What the writer makes, read back with the format's own definition.
#include "platform/telemetry/metrics/proto_writer.h"

#include <gtest/gtest.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/delimited_message_util.h>

#include <cmath>
#include <ctime>
#include <limits>
#include <map>

#include "io/prometheus/client/metrics.pb.h"
#include "platform/telemetry/metrics/registry.h"

namespace argus::metrics {
namespace {

namespace pb = io::prometheus::client;

constexpr Exemplar kTrace{"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"};
constexpr Family kHits{Type::kCounter, "hits_total", "Hits.", {"a", "b"}};
constexpr Family kLevel{Type::kGauge, "level", "Level \"x\"\n."};
constexpr Family kTime{Type::kHistogram, "time_seconds", "Time.", {"route"}, {0.5, 1}};
constexpr Family kNative{Type::kHistogram, "native_seconds", "Native.", {}, {}, Replicas::kSum, Native::kAlways};
constexpr Family kPause{Type::kSummary, "pause_seconds", "Pause.", {}, {0, 0.5, 1}};

std::map<std::string, pb::MetricFamily> Parse(const Registry& registry) {
  const std::string bytes = registry.Render(Format::kProtobuf);
  google::protobuf::io::ArrayInputStream in(bytes.data(), static_cast<int>(bytes.size()));
  std::map<std::string, pb::MetricFamily> families;
  bool at_end = false;
  for (pb::MetricFamily family; google::protobuf::util::ParseDelimitedFromZeroCopyStream(&family, &in, &at_end);) {
    EXPECT_TRUE(families.emplace(family.name(), family).second) << family.name();
    family.Clear();  // parsing only adds
  }
  EXPECT_TRUE(at_end);
  return families;
}

// The count of each native bucket by index.
std::map<int, std::int64_t> Buckets(const google::protobuf::RepeatedPtrField<pb::BucketSpan>& spans,
                                    const google::protobuf::RepeatedField<std::int64_t>& deltas) {
  std::map<int, std::int64_t> buckets;
  int index = 0;
  int at = 0;
  std::int64_t count = 0;
  for (const auto& span : spans) {
    index += span.offset();
    for (unsigned i = 0; i < span.length(); ++i) buckets[index++] = count += deltas.at(at++);
  }
  EXPECT_EQ(at, deltas.size());
  return buckets;
}

TEST(ProtoWriter, WritesCountersGaugesAndLabels) {
  Registry registry;
  registry.GetCounter(kHits, {"x\"y\\\n", "\xFF"}).Increment(7);
  registry.GetGauge(kLevel).Set(-2.5);
  const auto families = Parse(registry);
  const auto& hits = families.at("hits_total");
  EXPECT_EQ(hits.type(), pb::COUNTER);
  EXPECT_EQ(hits.help(), "Hits.");
  EXPECT_EQ(hits.metric(0).counter().value(), 7);
  EXPECT_FALSE(hits.metric(0).counter().has_exemplar());
  EXPECT_EQ(hits.metric(0).label(0).name(), "a");
  EXPECT_EQ(hits.metric(0).label(0).value(), "x\"y\\\n");
  EXPECT_EQ(hits.metric(0).label(1).value(), "\xEF\xBF\xBD");
  EXPECT_EQ(families.at("level").type(), pb::GAUGE);
  EXPECT_EQ(families.at("level").help(), kLevel.help);
  EXPECT_EQ(families.at("level").metric(0).gauge().value(), -2.5);
}

TEST(ProtoWriter, WritesClassicHistogramsWithExemplars) {
  Registry registry;
  Histogram& time = registry.GetHistogram(kTime, {"/"});
  time.Observe(0.5);
  time.Observe(0.75, kTrace);
  time.Observe(9);
  const auto family = Parse(registry).at("time_seconds");
  const auto& histogram = family.metric(0).histogram();
  EXPECT_EQ(family.type(), pb::HISTOGRAM);
  EXPECT_EQ(histogram.sample_count(), 3u);
  EXPECT_EQ(histogram.sample_sum(), 10.25);
  ASSERT_EQ(histogram.bucket_size(), 3);
  EXPECT_EQ(histogram.bucket(0).upper_bound(), 0.5);
  EXPECT_EQ(histogram.bucket(0).cumulative_count(), 1u);
  EXPECT_EQ(histogram.bucket(1).cumulative_count(), 2u);
  EXPECT_EQ(histogram.bucket(2).upper_bound(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(histogram.bucket(2).cumulative_count(), 3u);
  EXPECT_FALSE(histogram.has_schema());
  const auto& exemplar = histogram.bucket(1).exemplar();
  EXPECT_EQ(exemplar.value(), 0.75);
  EXPECT_EQ(exemplar.label(0).name(), "trace_id");
  EXPECT_EQ(exemplar.label(0).value(), kTrace.trace_id);
  EXPECT_EQ(exemplar.label(1).value(), kTrace.span_id);
  EXPECT_NEAR(static_cast<double>(exemplar.timestamp().seconds()), static_cast<double>(std::time(nullptr)), 60);
  EXPECT_FALSE(histogram.bucket(0).has_exemplar());
}

TEST(ProtoWriter, WritesNativeHistograms) {
  Registry registry;
  Histogram& histogram = registry.GetHistogram(kNative);
  for (const double value : {0.0, 1.0, 1.0, 1.05, 1.1, 8.0, -2.0}) histogram.Observe(value);
  const auto read = Parse(registry).at("native_seconds").metric(0).histogram();
  EXPECT_EQ(read.schema(), 3);
  EXPECT_EQ(read.zero_threshold(), std::ldexp(1.0, -128));
  EXPECT_EQ(read.zero_count(), 1u);
  EXPECT_EQ(read.sample_count(), 7u);
  EXPECT_EQ(Buckets(read.positive_span(), read.positive_delta()),
            (std::map<int, std::int64_t>{{0, 2}, {1, 1}, {2, 1}, {24, 1}}));
  EXPECT_EQ(read.positive_span_size(), 2);
  EXPECT_EQ(Buckets(read.negative_span(), read.negative_delta()), (std::map<int, std::int64_t>{{8, 1}}));
}

TEST(ProtoWriter, AnEmptyNativeHistogramIsStillNative) {
  Registry registry;
  registry.GetHistogram(kNative);
  const auto read = Parse(registry).at("native_seconds").metric(0).histogram();
  EXPECT_TRUE(read.has_schema());
  EXPECT_GT(read.zero_threshold(), 0);
  EXPECT_EQ(read.sample_count(), 0u);
}

TEST(ProtoWriter, EveryHistogramIsNativeWhenTheRegistryIsAskedTo) {
  Registry registry(Registry::Options{.native_histograms = true});
  registry.GetHistogram(kTime, {"/"}).Observe(0.75);
  const auto read = Parse(registry).at("time_seconds").metric(0).histogram();
  EXPECT_EQ(read.schema(), 3);
  EXPECT_EQ(read.bucket_size(), 3);
  EXPECT_EQ(read.positive_delta_size(), 1);
}

TEST(ProtoWriter, WritesSummaries) {
  Registry registry;
  Summary& pause = registry.GetSummary(kPause);
  EXPECT_TRUE(std::isnan(Parse(registry).at("pause_seconds").metric(0).summary().quantile(0).value()));
  for (const double value : {3, 1, 2}) pause.Observe(value);
  const auto read = Parse(registry).at("pause_seconds").metric(0).summary();
  EXPECT_EQ(read.sample_count(), 3u);
  EXPECT_EQ(read.sample_sum(), 6);
  ASSERT_EQ(read.quantile_size(), 3);
  EXPECT_EQ(read.quantile(1).quantile(), 0.5);
  EXPECT_EQ(read.quantile(0).value(), 1);
  EXPECT_EQ(read.quantile(1).value(), 2);
  EXPECT_EQ(read.quantile(2).value(), 3);
}

TEST(ProtoWriter, WritesCountersExemplars) {
  Registry registry;
  registry.GetCounter(kHits, {"x", "y"}).Increment(1, kTrace);
  EXPECT_EQ(Parse(registry).at("hits_total").metric(0).counter().exemplar().label(0).value(), kTrace.trace_id);
}

TEST(ProtoWriter, LeavesOutACounterThatCannotBeRead) {
  Registry registry;
  registry.AddCallback(kHits, {"x", "y"}, [] { return std::numeric_limits<double>::quiet_NaN(); });
  registry.AddCallback(kHits, {"x", "z"}, [] { return 4.0; });
  const auto hits = Parse(registry).at("hits_total");
  ASSERT_EQ(hits.metric_size(), 1);
  EXPECT_EQ(hits.metric(0).counter().value(), 4);
}

}  // namespace
}  // namespace argus::metrics
