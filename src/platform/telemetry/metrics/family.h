// How a metric family is declared: once, as data.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace argus::metrics {

enum class Type { kCounter, kGauge, kHistogram, kSummary };

// How the values of several replicas become one; said in the catalogue of metrics. kMax is for what every replica reads
// from a place they share.
enum class Replicas { kSum, kMax };

// When a histogram keeps exponential buckets beside its classic ones: if Registry::Options asks for them, or always.
// Who scrapes the former drops the classic series that existing queries name.
enum class Native { kOnRequest, kAlways };

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
  constexpr const T& operator[](std::size_t at) const { return items_[at]; }

 private:
  std::array<T, N> items_{};
  std::size_t size_;
};

// A family's declaration; stands in its module's metrics.h as an inline constexpr. Names follow Prometheus naming. The
// texts must outlive the registry.
struct Family {
  Type type;
  std::string_view name;
  std::string_view help;
  FixedList<std::string_view, 8> labels = {};
  FixedList<double, 32> buckets = {};  // a histogram's bounds, +Inf implied, or a summary's quantiles; ascending
  Replicas replicas = Replicas::kSum;
  Native native = Native::kOnRequest;  // histograms only
};

}  // namespace argus::metrics
