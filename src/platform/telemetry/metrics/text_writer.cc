#include "platform/telemetry/metrics/text_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace argus::metrics {
namespace {

// Below it, a whole double is written faster as an integer.
constexpr double kExactIntegers = 0x1p53;

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kCounter: return "counter";
    case Type::kGauge: return "gauge";
    case Type::kHistogram: return "histogram";
    case Type::kSummary: return "summary";
  }
  return "untyped";
}

// A backslash and a newline are escaped everywhere, a quote where `quotes` says so.
void AppendEscaped(std::string_view text, bool quotes, std::string& out) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

template <typename Number>
void AppendChars(Number value, std::string& out) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void AppendNumber(std::uint64_t value, std::string& out) { AppendChars(value, out); }

void AppendNumber(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else if (std::abs(value) < kExactIntegers && value == std::trunc(value)) {
    AppendChars(static_cast<std::int64_t>(value), out);
  } else {
    AppendChars(value, out);
  }
}

std::string_view WithoutTotal(std::string_view name) {
  return name.ends_with("_total") ? name.substr(0, name.size() - 6) : name;
}

std::string_view UnitOf(std::string_view name) {
  for (const std::string_view unit : {"seconds", "bytes", "ratio"}) {
    if (name.size() > unit.size() && name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_') return unit;
  }
  return {};
}

// OpenMetrics knows counters only by names with _total, and families only by names of their own.
bool IsUnknown(const FamilyState& family) {
  return family.declared.type == Type::kCounter &&
         (!family.declared.name.ends_with("_total") || family.collides.load(std::memory_order_relaxed));
}

// A counter that cannot be read has no sample: neither format knows what a NaN would be a count of.
bool IsUnreadable(const FamilyState& family, double value) {
  return family.declared.type == Type::kCounter && !(value >= 0);
}

}  // namespace

void AppendTextLabel(std::string_view name, std::string_view value, std::string& out) {
  if (!out.empty()) out += ',';
  out.append(name).append("=\"");
  AppendEscaped(value, true, out);
  out += '"';
}

std::string BoundLabel(std::string_view label, double bound, bool openmetrics) {
  std::string text;
  AppendNumber(bound, text);
  if (openmetrics && text.find_first_not_of("-0123456789") == text.npos) text += ".0";
  return std::string(label) + "=\"" + text + "\"";
}

void TextWriter::Write(const FamilyState& family) {
  const Series* series = family.first.load(std::memory_order_acquire);
  if (series == nullptr) return;
  Head(family);
  for (; series != nullptr; series = series->next.load(std::memory_order_acquire)) WriteSeries(family, *series);
}

void TextWriter::Finish() {
  if (openmetrics_) out_ += "# EOF\n";
}

void TextWriter::Head(const FamilyState& family) {
  const bool unknown = openmetrics_ && IsUnknown(family);
  const auto& declared = family.declared;
  const std::string_view name = openmetrics_ && !unknown && declared.type == Type::kCounter ? WithoutTotal(declared.name)
                                                                                            : declared.name;
  out_.append("# HELP ").append(name).append(" ");
  AppendEscaped(declared.help, openmetrics_, out_);
  out_.append("\n# TYPE ").append(name).append(" ").append(unknown ? "unknown" : TypeName(declared.type)).append("\n");
  if (const auto unit = UnitOf(name); openmetrics_ && !unit.empty()) {
    out_.append("# UNIT ").append(name).append(" ").append(unit).append("\n");
  }
}

void TextWriter::WriteSeries(const FamilyState& family, const Series& series) {
  if (const auto* counter = std::get_if<Counter>(&series.value)) {
    Name(family, "", series);
    AppendNumber(counter->value(), out_);
    if (openmetrics_ && !IsUnknown(family)) WriteExemplar(counter->exemplars(), 0);
    out_ += '\n';
  } else if (const auto* gauge = std::get_if<Gauge>(&series.value)) {
    Line(family, "", series, gauge->value());
  } else if (const auto* histogram = std::get_if<Histogram>(&series.value)) {
    WriteHistogram(family, series, *histogram);
  } else if (const auto* summary = std::get_if<Summary>(&series.value)) {
    WriteSummary(family, series, *summary);
  } else {
    const double value = std::get<Callback>(series.value)();
    if (!IsUnreadable(family, value)) Line(family, "", series, value);
  }
}

void TextWriter::WriteHistogram(const FamilyState& family, const Series& series, const Histogram& histogram) {
  const auto& bounds = openmetrics_ ? family.openmetrics_bounds : family.text_bounds;
  std::uint64_t count = 0;
  for (std::size_t at = 0; at < bounds.size(); ++at) {
    count += histogram.BucketCount(at);
    Name(family, "_bucket", series, bounds[at]);
    AppendNumber(count, out_);
    if (openmetrics_) WriteExemplar(histogram.exemplars(), at);
    out_ += '\n';
  }
  Line(family, "_sum", series, histogram.sum());
  Line(family, "_count", series, count);
}

void TextWriter::WriteSummary(const FamilyState& family, const Series& series, const Summary& summary) {
  const auto& bounds = openmetrics_ ? family.openmetrics_bounds : family.text_bounds;
  const auto snapshot = summary.Read();
  for (std::size_t at = 0; at < bounds.size(); ++at) {
    Name(family, "", series, bounds[at]);
    AppendNumber(snapshot.values[at], out_);
    out_ += '\n';
  }
  Line(family, "_sum", series, snapshot.sum);
  Line(family, "_count", series, snapshot.count);
}

void TextWriter::WriteExemplar(const ExemplarSlots& slots, std::size_t at) {
  KeptExemplar exemplar;
  if (!slots.TryGet(at, exemplar)) return;
  out_.append(" # {trace_id=\"").append(exemplar.trace_id());
  if (exemplar.span_size > 0) out_.append("\",span_id=\"").append(exemplar.span_id());
  out_.append("\"} ");
  AppendNumber(exemplar.value, out_);
  out_ += ' ';
  AppendNumber(static_cast<double>(exemplar.unix_millis) / 1000, out_);
}

void TextWriter::Name(const FamilyState& family, std::string_view suffix, const Series& series,
                      std::string_view bound) {
  out_.append(family.declared.name).append(suffix);
  if (!series.text_labels.empty() || !bound.empty()) {
    out_ += '{';
    out_.append(series.text_labels);
    if (!series.text_labels.empty() && !bound.empty()) out_ += ',';
    out_.append(bound).append("}");
  }
  out_ += ' ';
}

template <typename Number>
void TextWriter::Line(const FamilyState& family, std::string_view suffix, const Series& series, Number value) {
  Name(family, suffix, series);
  AppendNumber(value, out_);
  out_ += '\n';
}

}  // namespace argus::metrics
