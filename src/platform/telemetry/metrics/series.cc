#include "platform/telemetry/metrics/series.h"

#include "platform/base/encoding.h"
#include "platform/telemetry/metrics/proto_writer.h"
#include "platform/telemetry/metrics/registry.h"
#include "platform/telemetry/metrics/text_writer.h"

namespace argus::metrics {
namespace {

std::vector<std::string> BoundTexts(const Family& family, bool openmetrics) {
  std::vector<std::string> texts;
  const std::string_view label = family.type == Type::kSummary ? "quantile" : "le";
  for (const double bound : family.buckets) texts.push_back(BoundLabel(label, bound, openmetrics));
  if (family.type == Type::kHistogram) texts.emplace_back("le=\"+Inf\"");
  return texts;
}

}  // namespace

FamilyState::FamilyState(const Family& family)
    : declared(family),
      bounds(family.buckets.begin(), family.buckets.end()),
      text_bounds(BoundTexts(family, false)),
      openmetrics_bounds(BoundTexts(family, true)) {}

Series* FamilyState::Find(LabelValues values) {
  const auto at = series_.find(SeriesKey({values.begin(), values.size()}));
  return at == series_.end() ? nullptr : &at->second;
}

bool FamilyState::Full() const { return series_.size() >= Registry::kMaxSeries; }

std::vector<std::string_view> FamilyState::Overflow() const {
  return std::vector<std::string_view>(declared.labels.size(), "other");
}

void FamilyState::Publish(Series& series, std::span<const std::string_view> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string value = ReplaceInvalidUtf8(values[i]);
    AppendTextLabel(declared.labels[i], value, series.text_labels);
    AppendProtoLabel(declared.labels[i], value, series.proto_labels);
  }
  std::atomic<Series*>* link = &first;
  Series* after = link->load(std::memory_order_relaxed);
  while (after != nullptr && after->text_labels < series.text_labels) {
    link = &after->next;
    after = link->load(std::memory_order_relaxed);
  }
  series.next.store(after, std::memory_order_relaxed);
  link->store(&series, std::memory_order_release);
}

const std::string& SeriesKey(std::span<const std::string_view> values) {
  static thread_local std::string key;
  key.clear();
  for (const std::string_view value : values) {
    const auto size = static_cast<std::uint32_t>(value.size());
    key.append(reinterpret_cast<const char*>(&size), sizeof size).append(value);
  }
  return key;
}

}  // namespace argus::metrics
