#include "platform/telemetry/metrics/text_format.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "platform/base/encoding.h"

namespace argus::metrics {
namespace {

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kCounter: return "counter";
    case Type::kGauge: return "gauge";
    case Type::kHistogram: return "histogram";
    case Type::kSummary: return "summary";
  }
  return "untyped";
}

// A backslash and a newline are escaped everywhere, a quote only in label values.
void AppendEscaped(std::string_view text, bool quoted, std::string& out) {
  for (char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quoted) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

void AppendLine(std::string_view name, std::string_view suffix, std::string_view labels, std::string_view value,
                std::string& out) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

}  // namespace

std::string LabelText(std::span<const std::string> names, std::span<const std::string_view> values) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    out.append(names[i]).append("=\"");
    AppendEscaped(ReplaceInvalidUtf8(values[i]), true, out);
    out += '"';
  }
  return out;
}

void AppendHead(std::string_view name, std::string_view help, Type type, std::string& out) {
  out.append("# HELP ").append(name).append(" ");
  AppendEscaped(help, false, out);
  fmt::format_to(std::back_inserter(out), "\n# TYPE {} {}\n", name, TypeName(type));
}

void AppendSample(std::string_view name, std::string_view labels, double value, std::string& out) {
  AppendLine(name, "", labels, NumberText(value), out);
}

void AppendSample(std::string_view name, std::string_view labels, std::uint64_t value, std::string& out) {
  AppendLine(name, "", labels, fmt::format_int(value).c_str(), out);
}

void AppendHistogram(std::string_view name, std::string_view labels, const Histogram& histogram, std::string& out) {
  const std::string_view comma = labels.empty() ? "" : ",";
  const auto counts = histogram.CumulativeCounts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool last = i == histogram.bounds().size();
    const std::string bound = last ? "+Inf" : NumberText(histogram.bounds()[i]);
    AppendLine(name, "_bucket", fmt::format("{}{}le=\"{}\"", labels, comma, bound), fmt::format_int(counts[i]).c_str(),
               out);
  }
  AppendLine(name, "_sum", labels, NumberText(histogram.sum()), out);
  AppendLine(name, "_count", labels, fmt::format_int(counts.back()).c_str(), out);
}

void AppendSummary(std::string_view name, std::string_view labels, const Summary& summary, std::string& out) {
  const std::string_view comma = labels.empty() ? "" : ",";
  const auto snapshot = summary.Read();
  for (std::size_t i = 0; i < snapshot.values.size(); ++i) {
    AppendLine(name, "", fmt::format("{}{}quantile=\"{}\"", labels, comma, NumberText(summary.quantiles()[i])),
               NumberText(snapshot.values[i]), out);
  }
  AppendLine(name, "_sum", labels, NumberText(snapshot.sum), out);
  AppendLine(name, "_count", labels, fmt::format_int(snapshot.count).c_str(), out);
}

}  // namespace argus::metrics
