// Metrics core: families are declared once as data, handles are bound once and incremented without a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace argus::metrics {

enum class Type { kCounter, kGauge, kHistogram };

// A short list inside a declaration. More than N items do not compile (or end the process, outside a constant).
template <typename T, std::size_t N>
class FixedList {
 public:
  constexpr FixedList(std::initializer_list<T> items) : size_(items.size()) {  // NOLINT(google-explicit-constructor)
    std::size_t at = 0;
    for (const T& item : items) items_.at(at++) = item;
  }
  constexpr const T* begin() const { return items_.data(); }
  constexpr const T* end() const { return items_.data() + size_; }
  constexpr std::size_t size() const { return size_; }

 private:
  std::array<T, N> items_{};
  std::size_t size_;
};

// A family's declaration; stands in its module's metrics.h as an inline constexpr. Names follow Prometheus naming.
struct Family {
  Type type;
  std::string_view name;
  std::string_view help;
  FixedList<std::string_view, 8> labels = {};
  FixedList<double, 32> buckets = {};  // histograms only, ascending, +Inf implied
};

// A monotonically increasing count. Thread-safe, lock-free. Not for values that can fall.
class Counter {
 public:
  void Increment(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
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

  const std::vector<double>& bounds() const { return bounds_; }
  // One count a bound, then the +Inf bucket's, which counts every observation.
  std::vector<std::uint64_t> CumulativeCounts() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> buckets_;  // one more than bounds_: the last is +Inf
  std::atomic<double> sum_{0};
};

// Owns every series of one server. Thread-safe. A handle lives as long as the registry and asking twice for the same
// labels returns the same one. Declaring one name twice with another type, labels or buckets, and giving another number
// of label values than the family has, are programming errors that end the process with a message. Past `kMaxSeries` label sets a family answers with its overflow series (every label
// "other"), so that no input can grow memory without bound.
class Registry {
 public:
  static constexpr std::size_t kMaxSeries = 2000;

  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& GetCounter(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Gauge& GetGauge(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Histogram& GetHistogram(const Family& family, std::initializer_list<std::string_view> label_values = {});
  // For values that exist elsewhere; the family is a counter or gauge without labels, given once. `read` is called at
  // every scrape, from the scraping thread and without a lock; it must not block and must outlive the last scrape.
  void AddCallback(const Family& family, std::function<double()> read);

  // Prometheus text format 0.0.4.
  std::string RenderText() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace argus::metrics
