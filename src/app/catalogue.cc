#include "app/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

#include "api/metrics.h"
#include "app/metrics.h"
#include "command/metrics.h"
#include "platform/telemetry/metrics/process.h"
#include "platform/telemetry/metrics/registry.h"
#include "platform/telemetry/metrics/runtime.h"
#include "runner/gauge_metrics.h"
#include "runner/metrics.h"
#include "store/metrics.h"

namespace argus::app {
namespace {

using metrics::Family;
using metrics::Type;

bool IsOfMemory(const Family& family) {
  const auto memory = metrics::MemoryFamilies();
  return std::any_of(memory.begin(), memory.end(), [&](const Family& other) { return other.name == family.name; });
}

// What the platform says of the process stands in no list: it is asked, but for memory, where it depends on the
// allocator.
std::vector<Family> OfProcess() {
  metrics::Registry registry;
  metrics::AddProcessMetrics(registry);
  metrics::AddRuntimeMetrics(registry, [] { return 0.0; });
  const metrics::MemoryReturn memory_return(registry);
  auto families = registry.Families();
  std::erase_if(families, [](const Family& family) { return IsOfMemory(family); });
  const auto memory = metrics::MemoryFamilies();
  families.insert(families.end(), memory.begin(), memory.end());
  return families;
}

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kCounter:
      return "counter";
    case Type::kGauge:
      return "gauge";
    case Type::kHistogram:
      return "histogram";
    case Type::kSummary:
      return "summary";
  }
  return "";
}

// By the name's suffix: Prometheus has base units only.
std::string_view UnitOf(std::string_view name) {
  if (name.ends_with("_total")) name.remove_suffix(sizeof("_total") - 1);
  if (name.ends_with("_timestamp_seconds")) return "Unix time, s";
  if (name.ends_with("_seconds")) return "s";
  if (name.ends_with("_bytes")) return "bytes";
  return "";
}

std::string Code(std::string_view text) { return fmt::format("`{}`", text); }

template <typename List>
std::string Join(const List& list) {
  return fmt::format("{}", fmt::join(list.begin(), list.end(), " "));
}

// The texts are plain, but a bar would end the cell.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

std::string RowOf(const Family& family) {
  std::string labels;
  for (const auto label : family.labels) labels += (labels.empty() ? "" : " ") + Code(label);
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", Code(family.name), TypeName(family.type), labels,
                     UnitOf(family.name), family.replicas == metrics::Replicas::kSum ? "sum" : "max",
                     Join(family.buckets), Cell(family.help));
}

constexpr std::string_view kIntroduction =
    R"(<!-- Made by `argus reference metrics`; do not edit. -->
# Metrics

`GET /metrics` answers with every family below, in the Prometheus text format, OpenMetrics 1.0 or protobuf, as `Accept` asks.
*Replicas* says how the values of several servers become one: `sum`, or `max` where all of them read the same from the metastore.
Gauges that are read from the metastore are at most 15 seconds old and keep their values while it is down; see
`argus_metastore_gauges_refreshed_timestamp_seconds`. Histograms are classic, with the upper bounds given (and +Inf), unless the
server runs with `--native-histograms`. States, decisions, gates and engines exist from the start with 0. A family holds at most
2,000 series; what comes beyond goes to one whose labels all are `other`.

| name | type | labels | unit | replicas | bounds or quantiles | what it says |
|---|---|---|---|---|---|---|
)";

}  // namespace

std::vector<Family> MetricsCatalogue() {
  std::vector<Family> all = OfProcess();
  for (const auto families :
       {std::span<const Family>(kFamilies), std::span<const Family>(api::kFamilies),
        std::span<const Family>(command::kFamilies), std::span<const Family>(store::kFamilies),
        std::span<const Family>(runner::kRunnerFamilies), std::span<const Family>(runner::kGaugeFamilies)}) {
    all.insert(all.end(), families.begin(), families.end());
  }
  std::sort(all.begin(), all.end(), [](const Family& a, const Family& b) { return a.name < b.name; });
  return all;
}

std::string MetricsReference() {
  std::string page(kIntroduction);
  for (const auto& family : MetricsCatalogue()) page += RowOf(family);
  return page;
}

}  // namespace argus::app
