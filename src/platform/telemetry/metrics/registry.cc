#include "platform/telemetry/metrics/registry.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <utility>
#include <variant>

#include "platform/telemetry/metrics/text_format.h"

namespace argus::metrics {
namespace {

using LabelValues = std::initializer_list<std::string_view>;
using Series = std::variant<Counter, Gauge, Histogram, Summary, std::function<double()>>;

struct FamilyState {
  explicit FamilyState(const Family& family)
      : declared(family),
        type(family.type),
        help(family.help),
        labels(family.labels.begin(), family.labels.end()),
        buckets(family.buckets.begin(), family.buckets.end()) {}

  const Family declared;
  const Type type;
  const std::string help;
  const std::vector<std::string> labels;
  const std::vector<double> buckets;
  std::map<std::string, Series> series;  // by label text; nodes never move
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
    if (const auto* summary = std::get_if<Summary>(&series)) AppendSummary(name, labels, *summary, out);
    if (const auto* read = std::get_if<std::function<double()>>(&series)) AppendSample(name, labels, (*read)(), out);
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
    if (!std::holds_alternative<T>(series->second)) Misuse(family.name, "is read by a callback");
    return std::get<T>(series->second);
  }

  mutable std::mutex mutex;
  std::map<std::string, FamilyState> families;
};

Registry::Registry() : Registry(Options{}) {}
Registry::Registry(Options) : impl_(std::make_unique<Impl>()) {}
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

Summary& Registry::GetSummary(const Family& family, LabelValues values) {
  return impl_->Get<Summary>(family, Type::kSummary, values, std::vector<double>(family.buckets.begin(), family.buckets.end()));
}

void Registry::AddCallback(const Family& family, LabelValues values, std::function<double()> read) {
  if (family.type != Type::kCounter && family.type != Type::kGauge) Misuse(family.name, "cannot be read by a callback");
  std::lock_guard lock(impl_->mutex);
  FamilyState& state = impl_->Declare(family);
  CheckUse(state, family, family.type, values.size());
  const auto [series, is_new] = state.series.try_emplace(SeriesKey(state, values), std::move(read));
  if (!is_new) Misuse(family.name, "has values already");
}

std::vector<Family> Registry::Families() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<Family> families;
  for (const auto& [name, state] : impl_->families) families.push_back(state.declared);
  return families;
}

std::string Registry::Render(Format) const {
  std::string out;
  std::lock_guard lock(impl_->mutex);
  for (const auto& [name, state] : impl_->families) {
    if (state.series.empty()) continue;
    AppendHead(name, state.help, state.type, out);
    AppendSeries(name, state, out);
  }
  return out;
}

void Summary::Observe(double value) {
  if (std::isnan(value)) return;
  const std::lock_guard lock(mutex_);
  if (window_.size() < kWindow) window_.push_back(value);
  window_[count_++ % kWindow] = value;
  sum_ += value;
}

Summary::Snapshot Summary::Read() const {
  Snapshot snapshot;
  std::vector<double> sorted;
  {
    const std::lock_guard lock(mutex_);
    snapshot.count = count_;
    snapshot.sum = sum_;
    sorted = window_;
  }
  std::ranges::sort(sorted);
  for (const double quantile : quantiles_) {
    const auto rank = static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1) + 0.5);
    snapshot.values.push_back(sorted.empty() ? std::numeric_limits<double>::quiet_NaN() : sorted[rank]);
  }
  return snapshot;
}

}  // namespace argus::metrics
