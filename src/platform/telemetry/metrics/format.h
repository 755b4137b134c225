// The exposition formats and the choice among them.
#pragma once

#include <string_view>

namespace argus::metrics {

enum class Format {
  kText,         // Prometheus text 0.0.4
  kOpenMetrics,  // OpenMetrics 1.0 text
  kProtobuf,     // io.prometheus.client.MetricFamily, each preceded by its length
};

// What an Accept header (RFC 9110 §12.5.1) likes best; kText when it names nothing that is known.
Format NegotiateFormat(std::string_view accept);

// The exact media type.
std::string_view ContentType(Format format);

}  // namespace argus::metrics
