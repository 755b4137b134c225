#include "platform/telemetry/metrics/instruments.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace argus::metrics {

Histogram::Histogram(CellArena& arena, std::span<const double> bounds, bool native)
    : bounds_(bounds),
      cells_(arena.Allocate(bounds.size() + 2)),
      native_(native ? std::make_unique<NativeHistogram>(arena, kNativeSchema) : nullptr),
      exemplars_(bounds.size() + 1) {}

std::size_t Histogram::Count(double value) {
  if (std::isnan(value)) return bounds_.size() + 1;
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin());
  cells_[bucket].AddCount(1);
  cells_[bounds_.size() + 1].AddDouble(value);
  if (native_) native_->Observe(value);
  return bucket;
}

std::vector<std::uint64_t> Histogram::CumulativeCounts() const {
  std::vector<std::uint64_t> counts;
  std::uint64_t total = 0;
  for (std::size_t at = 0; at <= bounds_.size(); ++at) counts.push_back(total += BucketCount(at));
  return counts;
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
