// Metrics core: families are declared once as data, handles are bound once and incremented without a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/telemetry/metrics/family.h"
#include "platform/telemetry/metrics/format.h"

namespace argus::metrics {

// What an increment or observation belongs to, as lower-case hexadecimal. An empty trace_id is none.
struct Exemplar {
  std::string_view trace_id;
  std::string_view span_id;
};

// A monotonically increasing count. Thread-safe, lock-free. Not for values that can fall.
class Counter {
 public:
  void Increment(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  void Increment(std::uint64_t by, const Exemplar&) { Increment(by); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A value that goes up and down. Thread-safe, lock-free.
class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Observations in classic buckets. Thread-safe, lock-free.
class Histogram {
 public:
  // `bounds` ascend; +Inf is implied.
  explicit Histogram(std::vector<double> bounds);
  // NaN is no observation and is left out.
  void Observe(double value);
  void Observe(double value, const Exemplar&) { Observe(value); }

  const std::vector<double>& bounds() const { return bounds_; }
  // One count a bound, then the +Inf bucket's, which counts every observation.
  std::vector<std::uint64_t> CumulativeCounts() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> buckets_;  // one more than bounds_: the last is +Inf
  std::atomic<double> sum_{0};
};

// Quantiles over the last 256 observations. Thread-safe, with a lock: for what happens a few times a second at most.
class Summary {
 public:
  // `quantiles` ascend within 0 .. 1.
  explicit Summary(std::vector<double> quantiles) : quantiles_(std::move(quantiles)) {}
  // NaN is no observation and is left out.
  void Observe(double value);

  struct Snapshot {
    std::vector<double> values;  // one a quantile; NaN before the first observation
    std::uint64_t count = 0;
    double sum = 0;
  };
  Snapshot Read() const;
  const std::vector<double>& quantiles() const { return quantiles_; }

 private:
  static constexpr std::size_t kWindow = 256;

  const std::vector<double> quantiles_;
  mutable std::mutex mutex_;
  std::vector<double> window_;  // a ring once it is full
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

// Owns every series of one server. Thread-safe. A handle lives as long as the registry and asking twice for the same
// labels returns the same one. Declaring one name twice with another type, labels or buckets, and giving another number
// of label values than the family has, are programming errors that end the process with a message. Past `kMaxSeries` label sets a family answers with its overflow series (every label
// "other"), so that no input can grow memory without bound.
class Registry {
 public:
  static constexpr std::size_t kMaxSeries = 2000;

  struct Options {
    bool native_histograms = false;  // every histogram keeps exponential buckets, too
  };

  Registry();
  explicit Registry(Options options);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& GetCounter(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Gauge& GetGauge(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Histogram& GetHistogram(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Summary& GetSummary(const Family& family, std::initializer_list<std::string_view> label_values = {});
  // For values that exist elsewhere: one series of a counter or gauge family, given once. `read` is called at every
  // scrape, from the scraping thread and without a lock; it must not block and must outlive the last scrape.
  void AddCallback(const Family& family, std::function<double()> read) { AddCallback(family, {}, std::move(read)); }
  void AddCallback(const Family& family, std::initializer_list<std::string_view> label_values,
                   std::function<double()> read);

  // What has been declared so far, by name: for the catalogue.
  std::vector<Family> Families() const;
  // Every family by name. Takes no lock that an increment or observation could meet.
  std::string Render(Format format) const;
  std::string RenderText() const { return Render(Format::kText); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace argus::metrics
