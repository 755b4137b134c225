// The Prometheus text exposition format 0.0.4, piece by piece. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "platform/telemetry/metrics/registry.h"

namespace argus::metrics {

// `a="x",b="y"`, escaped, ill-formed UTF-8 replaced: at once a series' key and its rendered form.
std::string LabelText(std::span<const std::string> names, std::span<const std::string_view> values);

// The # HELP and # TYPE lines.
void AppendHead(std::string_view name, std::string_view help, Type type, std::string& out);
// `labels` is a LabelText or empty.
void AppendSample(std::string_view name, std::string_view labels, double value, std::string& out);
void AppendSample(std::string_view name, std::string_view labels, std::uint64_t value, std::string& out);
// The _bucket, _sum and _count samples.
void AppendHistogram(std::string_view name, std::string_view labels, const Histogram& histogram, std::string& out);
// The {quantile} samples, _sum and _count.
void AppendSummary(std::string_view name, std::string_view labels, const Summary& summary, std::string& out);

}  // namespace argus::metrics
