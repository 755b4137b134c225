// The protobuf format: io.prometheus.client.MetricFamily messages, each preceded by its length as a varint. Written by
// hand, since messages of the protobuf library would be allocated a series. Private to this module.
#pragma once

#include <string>
#include <string_view>

#include "platform/telemetry/metrics/series.h"

namespace argus::metrics {

// A LabelPair field of a Metric.
void AppendProtoLabel(std::string_view name, std::string_view value, std::string& out);

// Allocates nothing but room in `out` and in a few buffers of its own.
class ProtoWriter {
 public:
  explicit ProtoWriter(std::string& out) : out_(out) {}

  void Write(const FamilyState& family);

 private:
  void WriteSeries(const FamilyState& family, const Series& series);
  void WriteValue(const FamilyState& family, double value, const ExemplarSlots* exemplars);
  void WriteHistogram(const Histogram& histogram);
  void WriteNative();
  void WriteSummary(const Summary& summary);
  void WriteExemplar(const ExemplarSlots& slots, std::size_t at, int field, std::string& message);

  std::string& out_;
  // One a level of nesting; each is whole before it goes, with its length, into the one above.
  std::string family_;
  std::string metric_;
  std::string value_;
  std::string part_;
  std::string exemplar_;
  NativeHistogram::Snapshot native_;
};

}  // namespace argus::metrics
