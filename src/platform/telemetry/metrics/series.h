// How families and series are kept: sorted lists that only grow, which a scrape walks without a lock. Private to this
// module.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "platform/telemetry/metrics/family.h"
#include "platform/telemetry/metrics/instruments.h"

namespace argus::metrics {

using LabelValues = std::initializer_list<std::string_view>;
using Callback = std::function<double()>;

// One set of label values, with its labels as the formats write them.
struct Series {
  template <typename T, typename... Args>
  explicit Series(std::in_place_type_t<T> type, Args&&... args) : value(type, std::forward<Args>(args)...) {}

  std::string text_labels;   // a="x",b="y"
  std::string proto_labels;  // LabelPair fields of a Metric
  std::variant<Counter, Gauge, Histogram, Summary, Callback> value;
  std::atomic<Series*> next{nullptr};
};

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// A declared family and its series, which are listed in the order of their text_labels. What is const, first and next may be read
// without a lock; the rest is guarded by the registry.
class FamilyState {
 public:
  explicit FamilyState(const Family& family);

  // nullptr: no series has these values yet. Requires shared access.
  Series* Find(LabelValues values);
  // The series of these values, made of `args` if there is none, or the overflow series once the family is full; and
  // whether it was made. Requires exclusive access.
  template <typename T, typename... Args>
  std::pair<Series*, bool> FindOrAdd(LabelValues values, Args&&... args);

  const Family declared;
  const std::vector<double> bounds;                   // of buckets or quantiles
  const std::vector<std::string> text_bounds;         // le="1" … le="+Inf", or quantile="0.5" …
  const std::vector<std::string> openmetrics_bounds;  // the same with le="1.0"
  // Whether OpenMetrics, which leaves _total off a counter family's name, would make it another family's.
  std::atomic<bool> collides{false};
  std::atomic<Series*> first{nullptr};
  std::atomic<FamilyState*> next{nullptr};

 private:
  bool Full() const;
  std::vector<std::string_view> Overflow() const;
  void Publish(Series& series, std::span<const std::string_view> values);

  std::unordered_map<std::string, Series, StringHash, std::equal_to<>> series_;  // nodes never move
};

// `values`, each preceded by its length: a key that no other values have. Valid until this thread's next call.
const std::string& SeriesKey(std::span<const std::string_view> values);

template <typename T, typename... Args>
std::pair<Series*, bool> FamilyState::FindOrAdd(LabelValues values, Args&&... args) {
  if (Series* found = Find(values)) return {found, false};
  std::vector<std::string_view> used(values);
  if (Full()) used = Overflow();
  const auto [at, made] = series_.try_emplace(SeriesKey(used), std::in_place_type<T>, std::forward<Args>(args)...);
  if (made) Publish(at->second, used);
  return {&at->second, made};
}

}  // namespace argus::metrics
