// The process_* metrics that every Prometheus client exports, read from /proc at each scrape.
#pragma once

#include "platform/telemetry/metrics/registry.h"

namespace argus::metrics {

// Once a registry. Linux only; a fact that cannot be read is NaN, and traffic that cannot be read is left out.
void AddProcessMetrics(Registry& registry);

}  // namespace argus::metrics
