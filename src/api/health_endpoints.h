// /healthz, /livez and /readyz: whether this process makes progress, and whether it should get requests.
#pragma once

#include "api/metrics.h"
#include "api/readiness.h"
#include "platform/base/clock.h"
#include "platform/net/http_mux.h"
#include "platform/runtime/watchdog.h"
#include "platform/telemetry/log/logger.h"

namespace argus::api {

// All must outlive the server of `mux`.
struct HealthDeps {
  const Clock& clock;
  const Watchdog& watchdog;
  const Readiness& readiness;
  HttpMetrics& metrics;
  log::Logger& logger;
};

// Answered on the I/O thread, without the metastore. /healthz and /livez: 200 {"status":"ok"}, or 503 while the watchdog
// barks. /readyz: 200 or 503. With ?verbose each check; application/health+json (draft-inadarei-api-health-check-06) where
// Accept names it.
void AddHealthEndpoints(net::HttpMux& mux, const HealthDeps& deps);

}  // namespace argus::api
