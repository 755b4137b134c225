#include "platform/telemetry/metrics/proto_writer.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>

namespace argus::metrics {
namespace {

// Field numbers of io/prometheus/client/metrics.proto.
namespace label_pair {
enum { kName = 1, kValue = 2 };
}
namespace metric_family {
enum { kName = 1, kHelp = 2, kType = 3, kMetric = 4 };
}
namespace metric {
enum { kLabel = 1, kGauge = 2, kCounter = 3, kSummary = 4, kHistogram = 7 };
}
namespace value {
enum { kValue = 1, kExemplar = 2 };
}
namespace summary {
enum { kSampleCount = 1, kSampleSum = 2, kQuantile = 3 };
}
namespace quantile {
enum { kQuantile = 1, kValue = 2 };
}
namespace histogram {
enum {
  kSampleCount = 1,
  kSampleSum = 2,
  kBucket = 3,
  kSchema = 5,
  kZeroThreshold = 6,
  kZeroCount = 7,
  kNegativeSpan = 9,
  kNegativeDelta = 10,
  kPositiveSpan = 12,
  kPositiveDelta = 13,
};
}
namespace bucket {
enum { kCumulativeCount = 1, kUpperBound = 2, kExemplar = 3 };
}
namespace span {
enum { kOffset = 1, kLength = 2 };
}
namespace exemplar {
enum { kLabel = 1, kValue = 2, kTimestamp = 3 };
}
namespace timestamp {
enum { kSeconds = 1, kNanos = 2 };
}

enum WireType { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2 };

std::uint64_t TypeNumber(Type type) {
  switch (type) {
    case Type::kCounter: return 0;
    case Type::kGauge: return 1;
    case Type::kSummary: return 2;
    case Type::kHistogram: return 4;
  }
  return 3;  // untyped
}

void PutVarint(std::uint64_t number, std::string& out) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void PutTag(int field, WireType type, std::string& out) { PutVarint(static_cast<unsigned>(field) << 3 | type, out); }

void PutUint(int field, std::uint64_t number, std::string& out) {
  PutTag(field, kVarint, out);
  PutVarint(number, out);
}

void PutSint(int field, std::int64_t number, std::string& out) {
  PutUint(field, static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63), out);
}

void PutDouble(int field, double number, std::string& out) {
  PutTag(field, kFixed64, out);
  const auto bits = std::bit_cast<std::uint64_t>(number);
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift);
}

void PutBytes(int field, std::string_view bytes, std::string& out) {
  PutTag(field, kLengthDelimited, out);
  PutVarint(bytes.size(), out);
  out.append(bytes);
}

void PutSpan(int field, std::int32_t offset, std::size_t length, std::string& part, std::string& out) {
  part.clear();
  PutSint(span::kOffset, offset, part);
  PutUint(span::kLength, length, part);
  PutBytes(field, part, out);
}

// Runs of neighbouring buckets, then each bucket's count as the difference to the one before.
void PutBuckets(std::span<const NativeHistogram::Bucket> buckets, int span_field, int delta_field, std::string& part,
                std::string& out) {
  std::int32_t after = 0;  // the index that would need no gap
  for (std::size_t begin = 0, end = 0; begin < buckets.size(); begin = end) {
    const std::int32_t first = buckets[begin].index;
    for (end = begin + 1; end < buckets.size() && buckets[end].index == buckets[end - 1].index + 1;) ++end;
    PutSpan(span_field, first - after, end - begin, part, out);
    after = buckets[end - 1].index + 1;
  }
  std::uint64_t previous = 0;
  for (const auto& bucket : buckets) {
    PutSint(delta_field, static_cast<std::int64_t>(bucket.count - previous), out);
    previous = bucket.count;
  }
}

std::uint64_t Total(const NativeHistogram::Snapshot& native) {
  std::uint64_t total = native.zero_count;
  for (const auto& bucket : native.negative) total += bucket.count;
  for (const auto& bucket : native.positive) total += bucket.count;
  return total;
}

}  // namespace

void AppendProtoLabel(std::string_view name, std::string_view value, std::string& out) {
  std::string pair;
  PutBytes(label_pair::kName, name, pair);
  PutBytes(label_pair::kValue, value, pair);
  PutBytes(metric::kLabel, pair, out);
}

void ProtoWriter::Write(const FamilyState& family) {
  const Series* series = family.first.load(std::memory_order_acquire);
  if (series == nullptr) return;
  family_.clear();
  PutBytes(metric_family::kName, family.declared.name, family_);
  PutBytes(metric_family::kHelp, family.declared.help, family_);
  PutUint(metric_family::kType, TypeNumber(family.declared.type), family_);
  for (; series != nullptr; series = series->next.load(std::memory_order_acquire)) WriteSeries(family, *series);
  PutVarint(family_.size(), out_);
  out_.append(family_);
}

void ProtoWriter::WriteSeries(const FamilyState& family, const Series& series) {
  metric_.assign(series.proto_labels);
  value_.clear();
  if (const auto* counter = std::get_if<Counter>(&series.value)) {
    WriteValue(family, static_cast<double>(counter->value()), &counter->exemplars());
  } else if (const auto* gauge = std::get_if<Gauge>(&series.value)) {
    WriteValue(family, gauge->value(), nullptr);
  } else if (const auto* histogram = std::get_if<Histogram>(&series.value)) {
    WriteHistogram(*histogram);
  } else if (const auto* summary = std::get_if<Summary>(&series.value)) {
    WriteSummary(*summary);
  } else {
    const double value = std::get<Callback>(series.value)();
    if (family.declared.type == Type::kCounter && !(value >= 0)) return;  // could not be read
    WriteValue(family, value, nullptr);
  }
  PutBytes(metric_family::kMetric, metric_, family_);
}

void ProtoWriter::WriteValue(const FamilyState& family, double value, const ExemplarSlots* exemplars) {
  PutDouble(value::kValue, value, value_);
  if (exemplars != nullptr) WriteExemplar(*exemplars, 0, value::kExemplar, value_);
  PutBytes(family.declared.type == Type::kCounter ? metric::kCounter : metric::kGauge, value_, metric_);
}

void ProtoWriter::WriteHistogram(const Histogram& histogram) {
  // A reader of native buckets demands that they add up to the sample count, whatever happens meanwhile.
  const bool native = histogram.native() != nullptr;
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  if (native) {
    histogram.native()->Read(native_);
    limit = Total(native_);
  }
  const auto bounds = histogram.bounds();
  std::uint64_t count = 0;
  for (std::size_t at = 0; at <= bounds.size(); ++at) {
    count = std::min(count + histogram.BucketCount(at), limit);
    part_.clear();
    PutUint(bucket::kCumulativeCount, count, part_);
    PutDouble(bucket::kUpperBound, at < bounds.size() ? bounds[at] : std::numeric_limits<double>::infinity(), part_);
    WriteExemplar(histogram.exemplars(), at, bucket::kExemplar, part_);
    PutBytes(histogram::kBucket, part_, value_);
  }
  PutUint(histogram::kSampleCount, native ? limit : count, value_);
  PutDouble(histogram::kSampleSum, histogram.sum(), value_);
  if (native) WriteNative();
  PutBytes(metric::kHistogram, value_, metric_);
}

void ProtoWriter::WriteNative() {
  PutSint(histogram::kSchema, native_.schema, value_);
  PutDouble(histogram::kZeroThreshold, NativeHistogram::kZeroThreshold, value_);
  PutUint(histogram::kZeroCount, native_.zero_count, value_);
  PutBuckets(native_.negative, histogram::kNegativeSpan, histogram::kNegativeDelta, part_, value_);
  PutBuckets(native_.positive, histogram::kPositiveSpan, histogram::kPositiveDelta, part_, value_);
}

void ProtoWriter::WriteSummary(const Summary& summary) {
  const auto snapshot = summary.Read();
  PutUint(summary::kSampleCount, snapshot.count, value_);
  PutDouble(summary::kSampleSum, snapshot.sum, value_);
  for (std::size_t at = 0; at < snapshot.values.size(); ++at) {
    part_.clear();
    PutDouble(quantile::kQuantile, summary.quantiles()[at], part_);
    PutDouble(quantile::kValue, snapshot.values[at], part_);
    PutBytes(summary::kQuantile, part_, value_);
  }
  PutBytes(metric::kSummary, value_, metric_);
}

void ProtoWriter::WriteExemplar(const ExemplarSlots& slots, std::size_t at, int field, std::string& message) {
  KeptExemplar kept;
  if (!slots.TryGet(at, kept)) return;
  exemplar_.clear();
  AppendProtoLabel("trace_id", kept.trace_id(), exemplar_);
  if (kept.span_size > 0) AppendProtoLabel("span_id", kept.span_id(), exemplar_);
  PutDouble(exemplar::kValue, kept.value, exemplar_);
  std::string time;
  PutUint(timestamp::kSeconds, static_cast<std::uint64_t>(kept.unix_millis / 1000), time);
  PutUint(timestamp::kNanos, static_cast<std::uint64_t>(kept.unix_millis % 1000 * 1'000'000), time);
  PutBytes(exemplar::kTimestamp, time, exemplar_);
  PutBytes(field, exemplar_, message);
}

}  // namespace argus::metrics
