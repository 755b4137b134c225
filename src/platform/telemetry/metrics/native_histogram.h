// Exponential buckets as Prometheus's native histograms have them: bucket `i` of schema `s` ends at 2^(i * 2^-s), its upper
// end belonging to it; only buckets that were hit exist.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "platform/telemetry/metrics/cells.h"

namespace argus::metrics {

// Observing is lock-free but for a new generation: when more than kMaxBuckets buckets exist, a new set of coarser ones
// takes over, and reading adds what the older sets hold. So nothing is ever moved under an observer. Thread-safe.
class NativeHistogram {
 public:
  static constexpr int kMinSchema = -4;
  static constexpr int kMaxSchema = 8;
  static constexpr std::size_t kMaxBuckets = 160;
  static constexpr double kZeroThreshold = 0x1p-128;  // what is not further from 0 counts as 0

  // `arena` must outlive it.
  NativeHistogram(CellArena& arena, int schema);
  ~NativeHistogram();

  // Not NaN.
  void Observe(double value);

  struct Bucket {
    std::int32_t index;
    std::uint64_t count;
  };
  // Reused from reading to reading.
  struct Snapshot {
    int schema = 0;
    std::uint64_t zero_count = 0;
    std::vector<Bucket> negative;  // ascending by index, without empty ones
    std::vector<Bucket> positive;
  };
  void Read(Snapshot& out) const;

 private:
  class Generation;

  // Makes a coarser generation, unless another thread has done so after `full`.
  void Coarsen(const Generation& full);

  CellArena& arena_;
  const Cell zero_;
  std::mutex coarsening_;
  std::atomic<Generation*> current_;  // owns it, and it the one before
};

// The bucket of schema `schema` that holds `value`, which is not 0: the bucket of its magnitude.
std::int32_t NativeBucketIndex(double value, int schema);

}  // namespace argus::metrics
