#include "platform/telemetry/metrics/registry.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>
#include <variant>

#include "platform/telemetry/metrics/text_format.h"

namespace argus::metrics {
namespace {

using LabelValues = std::initializer_list<std::string_view>;
using Series = std::variant<Counter, Gauge, Histogram>;

struct FamilyState {
  explicit FamilyState(const Family& family)
      : type(family.type),
        help(family.help),
        labels(family.labels.begin(), family.labels.end()),
        buckets(family.buckets.begin(), family.buckets.end()) {}

  const Type type;
  const std::string help;
  const std::vector<std::string> labels;
  const std::vector<double> buckets;
  std::map<std::string, Series> series;  // by label text; nodes never move
  std::function<double()> read;          // set instead of series
};

[[noreturn]] void Misuse(std::string_view family, std::string_view what) {
  std::fprintf(stderr, "metric %.*s: %.*s\n", static_cast<int>(family.size()), family.data(),
               static_cast<int>(what.size()), what.data());
  std::abort();
}

bool SameDeclaration(const FamilyState& state, const Family& family) {
  return state.type == family.type && std::ranges::equal(state.labels, family.labels) &&
         std::ranges::equal(state.buckets, family.buckets);
}

void CheckUse(const FamilyState& state, const Family& family, Type type, std::size_t values) {
  if (!SameDeclaration(state, family)) Misuse(family.name, "declared twice with another type, labels or buckets");
  if (state.type != type) Misuse(family.name, "used as another type than declared");
  if (state.labels.size() != values) Misuse(family.name, "given another number of label values than declared");
  if (state.read) Misuse(family.name, "is read by a callback");
}

// The key under which `values` are counted: their own, or the overflow series' once the family is full.
std::string SeriesKey(const FamilyState& state, LabelValues values) {
  std::string key = LabelText(state.labels, values);
  if (state.series.size() < Registry::kMaxSeries || state.series.contains(key)) return key;
  const std::vector<std::string_view> other(state.labels.size(), "other");
  return LabelText(state.labels, other);
}

void AppendSeries(const std::string& name, const FamilyState& state, std::string& out) {
  for (const auto& [labels, series] : state.series) {
    if (const auto* counter = std::get_if<Counter>(&series)) AppendSample(name, labels, counter->value(), out);
    if (const auto* gauge = std::get_if<Gauge>(&series)) AppendSample(name, labels, gauge->value(), out);
    if (const auto* histogram = std::get_if<Histogram>(&series)) AppendHistogram(name, labels, *histogram, out);
  }
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {}

void Histogram::Observe(double value) {
  if (std::isnan(value)) return;
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::CumulativeCounts() const {
  std::vector<std::uint64_t> counts;
  counts.reserve(buckets_.size());
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_) counts.push_back(total += bucket.load(std::memory_order_relaxed));
  return counts;
}

struct Registry::Impl {
  // Requires `mutex`.
  FamilyState& Declare(const Family& family) {
    return families.try_emplace(std::string(family.name), family).first->second;
  }

  template <typename T, typename... Args>
  T& Get(const Family& family, Type type, LabelValues values, Args&&... args) {
    std::lock_guard lock(mutex);
    FamilyState& state = Declare(family);
    CheckUse(state, family, type, values.size());
    auto [series, is_new] = state.series.try_emplace(SeriesKey(state, values), std::in_place_type<T>, args...);
    return std::get<T>(series->second);
  }

  std::map<std::string, double> ReadCallbacks() const {
    std::map<std::string, std::function<double()>> callbacks;
    {
      std::lock_guard lock(mutex);
      for (const auto& [name, state] : families) {
        if (state.read) callbacks.emplace(name, state.read);
      }
    }
    std::map<std::string, double> values;
    for (const auto& [name, read] : callbacks) values.emplace(name, read());
    return values;
  }

  mutable std::mutex mutex;
  std::map<std::string, FamilyState> families;
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter& Registry::GetCounter(const Family& family, LabelValues values) {
  return impl_->Get<Counter>(family, Type::kCounter, values);
}

Gauge& Registry::GetGauge(const Family& family, LabelValues values) {
  return impl_->Get<Gauge>(family, Type::kGauge, values);
}

Histogram& Registry::GetHistogram(const Family& family, LabelValues values) {
  return impl_->Get<Histogram>(family, Type::kHistogram, values, std::vector<double>(family.buckets.begin(), family.buckets.end()));
}

void Registry::AddCallback(const Family& family, std::function<double()> read) {
  std::lock_guard lock(impl_->mutex);
  FamilyState& state = impl_->Declare(family);
  if (family.type == Type::kHistogram || family.labels.size() > 0) Misuse(family.name, "cannot be read by a callback");
  if (state.read || !state.series.empty()) Misuse(family.name, "has values already");
  state.read = std::move(read);
}

std::string Registry::RenderText() const {
  const auto read = impl_->ReadCallbacks();
  std::string out;
  std::lock_guard lock(impl_->mutex);
  for (const auto& [name, state] : impl_->families) {
    const auto value = read.find(name);
    if (state.series.empty() && value == read.end()) continue;
    AppendHead(name, state.help, state.type, out);
    AppendSeries(name, state, out);
    if (value != read.end()) AppendSample(name, "", value->second, out);
  }
  return out;
}

}  // namespace argus::metrics
