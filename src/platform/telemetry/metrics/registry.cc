#include "platform/telemetry/metrics/registry.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "platform/telemetry/metrics/proto_writer.h"
#include "platform/telemetry/metrics/series.h"
#include "platform/telemetry/metrics/text_writer.h"

namespace argus::metrics {
namespace {

constexpr std::string_view kTotal = "_total";

[[noreturn]] void Misuse(std::string_view family, std::string_view what) {
  std::fprintf(stderr, "metric %.*s: %.*s\n", static_cast<int>(family.size()), family.data(),
               static_cast<int>(what.size()), what.data());
  std::abort();
}

bool SameDeclaration(const Family& a, const Family& b) {
  return a.type == b.type && std::ranges::equal(a.labels, b.labels) && std::ranges::equal(a.buckets, b.buckets);
}

void CheckUse(const Family& declared, const Family& family, Type type, std::size_t values) {
  if (!SameDeclaration(declared, family)) Misuse(family.name, "declared twice with another type, labels or buckets");
  if (declared.type != type) Misuse(family.name, "used as another type than declared");
  if (declared.labels.size() != values) Misuse(family.name, "given another number of label values than declared");
}

}  // namespace

struct Registry::Impl {
  using Families = std::map<std::string_view, FamilyState>;

  explicit Impl(Options options) : options(options) {}

  // Requires exclusive access.
  FamilyState& Declare(const Family& family) {
    const auto [at, is_new] = families.try_emplace(family.name, family);
    if (is_new) Publish(at);
    return at->second;
  }

  void Publish(Families::iterator at) {
    MarkCollision(at->second);
    auto& link = at == families.begin() ? first : std::prev(at)->second.next;
    at->second.next.store(link.load(std::memory_order_relaxed), std::memory_order_relaxed);
    link.store(&at->second, std::memory_order_release);
  }

  // Of a new family and one that differs from it by _total, the one with it collides.
  void MarkCollision(FamilyState& family) {
    const std::string_view name = family.declared.name;
    if (name.ends_with(kTotal)) {
      family.collides.store(families.contains(name.substr(0, name.size() - kTotal.size())));
    } else if (const auto counter = families.find(std::string(name).append(kTotal)); counter != families.end()) {
      counter->second.collides.store(true);
    }
  }

  Series* Find(const Family& family, Type type, LabelValues values) {
    const std::shared_lock lock(mutex);
    const auto at = families.find(family.name);
    if (at == families.end()) return nullptr;
    CheckUse(at->second.declared, family, type, values.size());
    return at->second.Find(values);
  }

  // `make` gets the family and returns its new or existing series.
  template <typename T, typename Make>
  T& Get(const Family& family, Type type, LabelValues values, Make make) {
    Series* series = Find(family, type, values);
    if (series == nullptr) {
      const std::unique_lock lock(mutex);
      FamilyState& state = Declare(family);
      CheckUse(state.declared, family, type, values.size());
      series = make(state);
    }
    T* instrument = std::get_if<T>(&series->value);
    if (instrument == nullptr) Misuse(family.name, "is read by a callback");
    return *instrument;
  }

  template <typename Writer>
  void WriteAll(Writer& writer) const {
    const FamilyState* family = first.load(std::memory_order_acquire);
    for (; family != nullptr; family = family->next.load(std::memory_order_acquire)) writer.Write(*family);
  }

  const Options options;
  CellArena arena;
  mutable std::shared_mutex mutex;
  Families families;
  std::atomic<FamilyState*> first{nullptr};
  mutable std::array<std::atomic<std::size_t>, 3> last_size{};  // of a rendering, by format
};

Registry::Registry() : Registry(Options{}) {}
Registry::Registry(Options options) : impl_(std::make_unique<Impl>(options)) {}
Registry::~Registry() = default;

Counter& Registry::GetCounter(const Family& family, LabelValues values) {
  return impl_->Get<Counter>(family, Type::kCounter, values, [&](FamilyState& state) {
    return state.FindOrAdd<Counter>(values, impl_->arena).first;
  });
}

Gauge& Registry::GetGauge(const Family& family, LabelValues values) {
  return impl_->Get<Gauge>(family, Type::kGauge, values,
                           [&](FamilyState& state) { return state.FindOrAdd<Gauge>(values).first; });
}

Histogram& Registry::GetHistogram(const Family& family, LabelValues values) {
  return impl_->Get<Histogram>(family, Type::kHistogram, values, [&](FamilyState& state) {
    const bool native = impl_->options.native_histograms || family.native == Native::kAlways;
    return state.FindOrAdd<Histogram>(values, impl_->arena, state.bounds, native).first;
  });
}

Summary& Registry::GetSummary(const Family& family, LabelValues values) {
  return impl_->Get<Summary>(family, Type::kSummary, values, [&](FamilyState& state) {
    return state.FindOrAdd<Summary>(values, state.bounds).first;
  });
}

void Registry::AddCallback(const Family& family, LabelValues values, std::function<double()> read) {
  if (family.type != Type::kCounter && family.type != Type::kGauge) Misuse(family.name, "cannot be read by a callback");
  const std::unique_lock lock(impl_->mutex);
  FamilyState& state = impl_->Declare(family);
  CheckUse(state.declared, family, family.type, values.size());
  if (!state.FindOrAdd<Callback>(values, std::move(read)).second) Misuse(family.name, "has values already");
}

std::vector<Family> Registry::Families() const {
  const std::shared_lock lock(impl_->mutex);
  std::vector<Family> families;
  for (const auto& [name, state] : impl_->families) families.push_back(state.declared);
  return families;
}

std::string Registry::Render(Format format) const {
  auto& last_size = impl_->last_size[static_cast<std::size_t>(format)];
  std::string out;
  out.reserve(last_size.load(std::memory_order_relaxed) * 9 / 8);
  if (format == Format::kProtobuf) {
    ProtoWriter writer(out);
    impl_->WriteAll(writer);
  } else {
    TextWriter writer(format, out);
    impl_->WriteAll(writer);
    writer.Finish();
  }
  last_size.store(out.size(), std::memory_order_relaxed);
  return out;
}

}  // namespace argus::metrics
