// What business code holds: counters, gauges, histograms, summaries. All are thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "platform/telemetry/metrics/cells.h"
#include "platform/telemetry/metrics/exemplar.h"
#include "platform/telemetry/metrics/native_histogram.h"

namespace argus::metrics {

// A monotonically increasing count. Lock-free; threads do not contend. Not for values that can fall.
class Counter {
 public:
  // `arena` must outlive it.
  explicit Counter(CellArena& arena) : cell_(arena.Allocate(1)) {}

  void Increment(std::uint64_t by = 1) { cell_.AddCount(by); }
  void Increment(std::uint64_t by, const Exemplar& exemplar) {
    cell_.AddCount(by);
    if (!exemplar.trace_id.empty()) exemplars_.TryPut(0, exemplar, static_cast<double>(by));
  }

  std::uint64_t value() const { return cell_.Count(); }
  const ExemplarSlots& exemplars() const { return exemplars_; }

 private:
  const Cell cell_;
  ExemplarSlots exemplars_{1};
};

// A value that goes up and down. Lock-free.
class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Observations in classic buckets and, if so made, in native ones. Lock-free (see NativeHistogram); threads do not
// contend.
class Histogram {
 public:
  static constexpr int kNativeSchema = 3;  // each bucket ends 9 % higher than the one before

  // `bounds` ascend; +Inf is implied. They and `arena` must outlive it.
  Histogram(CellArena& arena, std::span<const double> bounds, bool native);

  // NaN is no observation and is left out.
  void Observe(double value) { Count(value); }
  void Observe(double value, const Exemplar& exemplar) {
    const std::size_t bucket = Count(value);
    if (!exemplar.trace_id.empty() && bucket <= bounds_.size()) exemplars_.TryPut(bucket, exemplar, value);
  }

  std::span<const double> bounds() const { return bounds_; }
  // Bucket `at` alone; the last is bounds().size(), which holds what is above every bound.
  std::uint64_t BucketCount(std::size_t at) const { return cells_[at].Count(); }
  // One count a bound, then the +Inf bucket's, which counts every observation.
  std::vector<std::uint64_t> CumulativeCounts() const;
  double sum() const { return cells_[bounds_.size() + 1].Double(); }
  const ExemplarSlots& exemplars() const { return exemplars_; }
  const NativeHistogram* native() const { return native_.get(); }

 private:
  // The bucket, or one past the last for NaN.
  std::size_t Count(double value);

  const std::span<const double> bounds_;
  const Cell cells_;  // the buckets, then the sum
  const std::unique_ptr<NativeHistogram> native_;
  ExemplarSlots exemplars_;
};

// Quantiles over the last 256 observations. Takes a lock: for what happens a few times a second at most.
class Summary {
 public:
  // `quantiles` ascend within 0 .. 1 and must outlive it.
  explicit Summary(std::span<const double> quantiles) : quantiles_(quantiles) {}

  // NaN is no observation and is left out.
  void Observe(double value);

  struct Snapshot {
    std::vector<double> values;  // one a quantile; NaN before the first observation
    std::uint64_t count = 0;
    double sum = 0;
  };
  Snapshot Read() const;
  std::span<const double> quantiles() const { return quantiles_; }

 private:
  static constexpr std::size_t kWindow = 256;

  const std::span<const double> quantiles_;
  mutable std::mutex mutex_;
  std::vector<double> window_;  // a ring once it is full
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace argus::metrics
