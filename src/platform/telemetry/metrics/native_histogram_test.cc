#include "platform/telemetry/metrics/native_histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <thread>

namespace argus::metrics {

bool operator==(const NativeHistogram::Bucket& a, const NativeHistogram::Bucket& b) {
  return a.index == b.index && a.count == b.count;
}
void PrintTo(const NativeHistogram::Bucket& bucket, std::ostream* out) { *out << bucket.index << ":" << bucket.count; }

namespace {

using Bucket = NativeHistogram::Bucket;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kInf = std::numeric_limits<double>::infinity();

NativeHistogram::Snapshot Read(const NativeHistogram& histogram) {
  NativeHistogram::Snapshot snapshot;
  histogram.Read(snapshot);
  return snapshot;
}

std::uint64_t Total(const NativeHistogram::Snapshot& snapshot) {
  std::uint64_t total = snapshot.zero_count;
  for (const auto& bucket : snapshot.negative) total += bucket.count;
  for (const auto& bucket : snapshot.positive) total += bucket.count;
  return total;
}

TEST(NativeBucketIndex, PutsABucketsUpperEndInside) {
  for (int schema = -4; schema <= 8; ++schema) {
    EXPECT_EQ(NativeBucketIndex(1, schema), 0) << schema;
    EXPECT_EQ(NativeBucketIndex(std::nextafter(1, 2), schema), 1) << schema;
  }
  EXPECT_EQ(NativeBucketIndex(2, 0), 1);
  EXPECT_EQ(NativeBucketIndex(2, 3), 8);
  EXPECT_EQ(NativeBucketIndex(0.5, 3), -8);
  EXPECT_EQ(NativeBucketIndex(-2, 3), 8);
  EXPECT_EQ(NativeBucketIndex(65536, -4), 1);
  EXPECT_EQ(NativeBucketIndex(65537, -4), 2);
}

TEST(NativeBucketIndex, EveryValueLiesWithinItsBucket) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::exp2(exponent(random));
    const int schema = i % 13 - 4;
    const double width = std::exp2(-schema);
    const double end = NativeBucketIndex(value, schema) * width;  // as a power of two
    EXPECT_LE(std::log2(value), end + 1e-9) << value << " schema " << schema;
    EXPECT_GT(std::log2(value), end - width - 1e-9) << value << " schema " << schema;
  }
}

TEST(NativeBucketIndex, InfinityHasTheBucketAfterTheLargestNumber) {
  for (int schema = -4; schema <= 8; ++schema) {
    EXPECT_EQ(NativeBucketIndex(kInf, schema), NativeBucketIndex(std::numeric_limits<double>::max(), schema) + 1);
  }
}

TEST(NativeHistogram, KeepsOnlyBucketsThatWereHit) {
  CellArena arena;
  NativeHistogram histogram(arena, 3);
  EXPECT_THAT(Read(histogram).positive, IsEmpty());
  for (const double value : {1.0, 1.0, 2.0, -4.0, 0.0, -0.0, 0x1p-128, 1e300}) histogram.Observe(value);
  const auto read = Read(histogram);
  EXPECT_EQ(read.schema, 3);
  EXPECT_EQ(read.zero_count, 3u);
  EXPECT_THAT(read.negative, ElementsAre(Bucket{16, 1}));
  EXPECT_THAT(read.positive, ElementsAre(Bucket{0, 2}, Bucket{8, 1}, Bucket{NativeBucketIndex(1e300, 3), 1}));
}

TEST(NativeHistogram, GetsCoarserInsteadOfLargerAndLosesNothing) {
  CellArena arena;
  NativeHistogram histogram(arena, 8);
  std::uint64_t observed = 0;
  for (double value = 1e-6; value < 1e6; value *= 1.001) {
    histogram.Observe(value);
    if (++observed % 100 == 0) ASSERT_LE(Read(histogram).positive.size(), NativeHistogram::kMaxBuckets + 1);
  }
  const auto read = Read(histogram);
  EXPECT_LT(read.schema, 8);
  EXPECT_EQ(Total(read), observed);
  // The same as if it had been this coarse from the beginning.
  NativeHistogram coarse(arena, read.schema);
  for (double value = 1e-6; value < 1e6; value *= 1.001) coarse.Observe(value);
  EXPECT_EQ(Read(coarse).positive, read.positive);
}

TEST(NativeHistogram, TakesEveryDoubleThereIs) {
  CellArena arena;
  NativeHistogram histogram(arena, 3);
  std::mt19937_64 random(11);
  std::uint64_t observed = 0;
  for (int i = 0; i < 100000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (std::isnan(value)) continue;
    histogram.Observe(value);
    ++observed;
  }
  for (const double value : {kInf, -kInf, std::numeric_limits<double>::denorm_min(), 0.0}) histogram.Observe(value);
  const auto read = Read(histogram);
  EXPECT_EQ(read.schema, NativeHistogram::kMinSchema);
  EXPECT_EQ(Total(read), observed + 4);
}

TEST(NativeHistogram, LosesNothingWhenManyThreadsMakeItCoarser) {
  CellArena arena;
  NativeHistogram histogram(arena, 8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&histogram, t] {
      std::mt19937_64 random(t);
      std::uniform_real_distribution<double> exponent(-40, 40);
      for (int i = 0; i < 20000; ++i) histogram.Observe(std::exp2(exponent(random)));
    });
  }
  for (int i = 0; i < 100; ++i) Read(histogram);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Total(Read(histogram)), 80000u);
}

}  // namespace
}  // namespace argus::metrics
