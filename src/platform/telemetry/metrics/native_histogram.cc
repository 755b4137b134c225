#include "platform/telemetry/metrics/native_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace argus::metrics {
namespace {

constexpr int kMinSchema = NativeHistogram::kMinSchema;
constexpr int kMaxSchema = NativeHistogram::kMaxSchema;
constexpr std::size_t kFractions = 1u << kMaxSchema;

// Where the buckets of the finest schema end within [0.5, 1), the range of a fraction of frexp.
const std::array<double, kFractions>& FractionBounds() {
  static const auto bounds = [] {
    std::array<double, kFractions> made{};
    for (std::size_t i = 0; i < kFractions; ++i) made[i] = std::exp2(static_cast<double>(i) / kFractions - 1);
    return made;
  }();
  return bounds;
}

// How many bounds of `schema` lie below `fraction`.
std::int32_t BoundsBelow(double fraction, int schema) {
  const auto& bounds = FractionBounds();
  std::int32_t low = 0;
  std::int32_t high = 1 << schema;
  while (low < high) {
    const std::int32_t middle = (low + high) / 2;
    if (bounds[static_cast<std::size_t>(middle) << (kMaxSchema - schema)] < fraction) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// The bucket that holds bucket `index` in a schema that is `steps` coarser: half the number, rounded up, each step.
std::int32_t Coarser(std::int32_t index, int steps) { return (index + (1 << steps) - 1) >> steps; }

// A bucket's index and the sign of what it holds, in one number.
std::int32_t KeyOf(std::int32_t index, bool negative) { return index * 2 + (negative ? 1 : 0); }
std::int32_t IndexOf(std::int32_t key) { return key >> 1; }
bool IsNegative(std::int32_t key) { return (key & 1) != 0; }
std::int32_t CoarserKey(std::int32_t key, int steps) { return KeyOf(Coarser(IndexOf(key), steps), IsNegative(key)); }

}  // namespace

std::int32_t NativeBucketIndex(double value, int schema) {
  const bool infinite = std::isinf(value);  // has the bucket after the largest finite number's
  int exponent = 0;
  const double fraction = std::frexp(infinite ? std::numeric_limits<double>::max() : std::abs(value), &exponent);
  const int fine = std::max(schema, 0);
  const std::int32_t index = BoundsBelow(fraction, fine) + (exponent - 1) * (1 << fine);
  return Coarser(index, fine - schema) + (infinite ? 1 : 0);
}

// A hash table of keys, each with a cell. Keys are only ever added.
class NativeHistogram::Generation {
 public:
  Generation(CellArena& arena, int schema)
      : schema_(schema), slots_(schema == kMinSchema ? 512 : 256), keys_(slots_), cells_(arena.Allocate(slots_)) {
    for (auto& key : keys_) key.store(kNone, std::memory_order_relaxed);
  }

  int schema() const { return schema_; }
  const Generation* before() const { return before_.get(); }
  void SetBefore(std::unique_ptr<Generation> before) { before_ = std::move(before); }

  // The coarsest schema has room for every double, so there it is never too many.
  bool TooMany() const {
    return schema_ > kMinSchema && size_.load(std::memory_order_relaxed) > NativeHistogram::kMaxBuckets;
  }
  // False when the table has no room left.
  bool Count(std::int32_t key, std::uint64_t by) {
    const std::size_t slot = Claim(key);
    if (slot == slots_) return false;
    if (by > 0) cells_[slot].AddCount(by);
    return true;
  }
  // Calls visit(key, count) for every key.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      const std::int32_t key = keys_[slot].load(std::memory_order_relaxed);
      if (key != kNone) visit(key, cells_[slot].Count());
    }
  }

 private:
  static constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::min();

  std::size_t Claim(std::int32_t key) {
    std::size_t slot = static_cast<std::uint32_t>(key) * 2654435769u % slots_;
    for (std::size_t tries = 0; tries < slots_; ++tries, slot = (slot + 1) % slots_) {
      std::int32_t found = keys_[slot].load(std::memory_order_relaxed);
      if (found == kNone && keys_[slot].compare_exchange_strong(found, key, std::memory_order_relaxed)) {
        size_.fetch_add(1, std::memory_order_relaxed);
        return slot;
      }
      if (found == key) return slot;
    }
    return slots_;
  }

  const int schema_;
  const std::size_t slots_;
  std::vector<std::atomic<std::int32_t>> keys_;
  const Cell cells_;
  std::atomic<std::size_t> size_{0};
  std::unique_ptr<Generation> before_;
};

NativeHistogram::NativeHistogram(CellArena& arena, int schema)
    : arena_(arena),
      zero_(arena.Allocate(1)),
      current_(new Generation(arena, std::clamp(schema, kMinSchema, kMaxSchema))) {}

NativeHistogram::~NativeHistogram() { delete current_.load(std::memory_order_acquire); }

void NativeHistogram::Observe(double value) {
  if (std::abs(value) <= kZeroThreshold) return zero_.AddCount(1);
  for (;;) {
    Generation& generation = *current_.load(std::memory_order_acquire);
    const bool counted = generation.Count(KeyOf(NativeBucketIndex(value, generation.schema()), value < 0), 1);
    if (!counted || generation.TooMany()) Coarsen(generation);
    if (counted) return;
  }
}

void NativeHistogram::Coarsen(const Generation& full) {
  const std::lock_guard lock(coarsening_);
  Generation* current = current_.load(std::memory_order_relaxed);
  if (current != &full) return;
  // The current keys hold those of older generations, made coarser: they were put there here.
  std::vector<std::int32_t> keys;
  current->ForEach([&keys](std::int32_t key, std::uint64_t) { keys.push_back(key); });
  int schema = current->schema();
  do {
    --schema;
    for (auto& key : keys) key = CoarserKey(key, 1);
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
  } while (schema > kMinSchema && keys.size() > kMaxBuckets / 2);
  auto next = std::make_unique<Generation>(arena_, schema);
  for (const std::int32_t key : keys) next->Count(key, 0);
  next->SetBefore(std::unique_ptr<Generation>(current));
  current_.store(next.release(), std::memory_order_release);
}

void NativeHistogram::Read(Snapshot& out) const {
  const Generation& current = *current_.load(std::memory_order_acquire);
  out.schema = current.schema();
  out.zero_count = zero_.Count();
  out.negative.clear();
  out.positive.clear();
  for (const Generation* generation = &current; generation != nullptr; generation = generation->before()) {
    const int steps = generation->schema() - current.schema();
    generation->ForEach([&](std::int32_t key, std::uint64_t count) {
      if (count > 0) (IsNegative(key) ? out.negative : out.positive).push_back({Coarser(IndexOf(key), steps), count});
    });
  }
  for (auto* buckets : {&out.negative, &out.positive}) {
    std::ranges::sort(*buckets, {}, &Bucket::index);
    std::size_t kept = 0;
    for (const Bucket& bucket : *buckets) {
      if (kept > 0 && (*buckets)[kept - 1].index == bucket.index) {
        (*buckets)[kept - 1].count += bucket.count;
      } else {
        (*buckets)[kept++] = bucket;
      }
    }
    buckets->resize(kept);
  }
}

}  // namespace argus::metrics
