// The two text formats: Prometheus 0.0.4 and OpenMetrics 1.0. Private to this module.
#pragma once

#include <string>
#include <string_view>

#include "platform/telemetry/metrics/format.h"
#include "platform/telemetry/metrics/series.h"

namespace argus::metrics {

// `name="value"`, escaped, after a comma unless `out` is empty.
void AppendTextLabel(std::string_view name, std::string_view value, std::string& out);
// `label="bound"`; OpenMetrics wants a fraction, "1.0", where the older format has "1".
std::string BoundLabel(std::string_view label, double bound, bool openmetrics);

// Allocates nothing but room in `out`.
class TextWriter {
 public:
  TextWriter(Format format, std::string& out) : openmetrics_(format == Format::kOpenMetrics), out_(out) {}

  void Write(const FamilyState& family);
  // Ends the document.
  void Finish();

 private:
  void Head(const FamilyState& family);
  void WriteSeries(const FamilyState& family, const Series& series);
  void WriteHistogram(const FamilyState& family, const Series& series, const Histogram& histogram);
  void WriteSummary(const FamilyState& family, const Series& series, const Summary& summary);
  void WriteExemplar(const ExemplarSlots& slots, std::size_t at);
  // `name``suffix`{labels,bound} and a space.
  void Name(const FamilyState& family, std::string_view suffix, const Series& series, std::string_view bound = {});
  template <typename Number>
  void Line(const FamilyState& family, std::string_view suffix, const Series& series, Number value);

  const bool openmetrics_;
  std::string& out_;
};

}  // namespace argus::metrics
