// Metrics core: families are declared once as data, handles are bound once and incremented without a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace argus::metrics {

enum class Type { kCounter, kGauge, kHistogram };

// A family's declaration; stands in its module's metrics.h as an inline constexpr. Names follow Prometheus naming.
struct Family {
  Type type;
  std::string_view name;
  std::string_view help;
  std::initializer_list<std::string_view> labels = {};
  std::initializer_list<double> buckets = {};  // histograms only, ascending, +Inf implied
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
  explicit Histogram(std::vector<double> bounds);
  void Observe(double value);

 private:
  friend class Registry;
  const std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> buckets_;  // one more than bounds_: the last is +Inf
  std::atomic<double> sum_{0};
};

// Owns every series of one server. Thread-safe. A handle lives as long as the registry and asking twice for the same
// labels returns the same one. Past `kMaxSeries` label sets a family answers with its overflow series (every label
// "other"), so that no input can grow memory without bound.
class Registry {
 public:
  static constexpr std::size_t kMaxSeries = 2000;

  Registry();
  ~Registry();

  Counter& GetCounter(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Gauge& GetGauge(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Histogram& GetHistogram(const Family& family, std::initializer_list<std::string_view> label_values = {});
  // `read` is called at every scrape, from the scraping thread; it must not block. For values that exist elsewhere.
  void AddCallback(const Family& family, std::function<double()> read);

  // Prometheus text format 0.0.4.
  std::string RenderText() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace argus::metrics
