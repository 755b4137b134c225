// Every metric family of the server, in one place.
#pragma once

#include <string>
#include <vector>

#include "platform/telemetry/metrics/family.h"

namespace argus::app {

// By name.
std::vector<metrics::Family> MetricsCatalogue();

// docs/reference/metrics.md.
std::string MetricsReference();

}  // namespace argus::app
