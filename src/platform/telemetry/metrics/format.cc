#include "platform/telemetry/metrics/format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace argus::metrics {
namespace {

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes what stands before the next `separator` off `rest`.
std::string_view Next(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto item = rest.substr(0, end);
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  return Trim(item);
}

std::string_view Unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') return value.substr(1, value.size() - 2);
  return value;
}

// One media range of an Accept header, as far as the formats differ in it.
struct MediaRange {
  std::string_view type;
  std::string_view version;
  std::string_view proto;
  std::string_view encoding;
  double quality = 1;
};

double ParseQuality(std::string_view text) {
  double quality = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
  return error == std::errc() && quality >= 0 && quality <= 1 ? quality : 0;
}

MediaRange ParseRange(std::string_view text) {
  MediaRange range{.type = Next(text, ';')};
  while (!text.empty()) {
    std::string_view value = Next(text, ';');
    const std::string_view name = Next(value, '=');
    value = Unquoted(value);
    if (SameIgnoringCase(name, "version")) range.version = value;
    if (SameIgnoringCase(name, "proto")) range.proto = value;
    if (SameIgnoringCase(name, "encoding")) range.encoding = value;
    if (SameIgnoringCase(name, "q")) range.quality = ParseQuality(value);
  }
  return range;
}

std::optional<Format> FormatOf(const MediaRange& range) {
  const auto any = [&range](std::string_view type) { return SameIgnoringCase(range.type, type); };
  if (any("application/openmetrics-text") && (range.version.empty() || range.version == "1.0.0")) {
    return Format::kOpenMetrics;
  }
  if (any("application/vnd.google.protobuf") && range.proto == "io.prometheus.client.MetricFamily" &&
      (range.encoding.empty() || SameIgnoringCase(range.encoding, "delimited"))) {
    return Format::kProtobuf;
  }
  if (any("text/plain") && (range.version.empty() || range.version == "0.0.4")) return Format::kText;
  if (any("text/*") || any("*/*")) return Format::kText;
  return std::nullopt;
}

}  // namespace

Format NegotiateFormat(std::string_view accept) {
  Format best = Format::kText;
  double quality = 0;
  while (!accept.empty()) {
    const MediaRange range = ParseRange(Next(accept, ','));
    const auto format = FormatOf(range);
    if (!format || range.quality <= quality) continue;
    best = *format;
    quality = range.quality;
  }
  return best;
}

std::string_view ContentType(Format format) {
  switch (format) {
    case Format::kText: return "text/plain; version=0.0.4; charset=utf-8";
    case Format::kOpenMetrics: return "application/openmetrics-text; version=1.0.0; charset=utf-8";
    case Format::kProtobuf:
      return "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
  }
  return "";
}

}  // namespace argus::metrics
