// What stands beside the API on plain HTTP: health, metrics, openapi.yaml.
#pragma once

#include <string>

#include "api/metrics.h"
#include "api/readiness.h"
#include "platform/base/error.h"
#include "platform/net/http_mux.h"
#include "platform/rpc/dispatcher.h"
#include "platform/telemetry/metrics/registry.h"

namespace argus::api {

// Everything that is given must outlive the server of `mux`.

// /healthz and /livez: 200 as long as the process answers, on the I/O thread and without the metastore. /readyz: 200 or
// 503; with ?verbose, each check.
void AddHealthEndpoints(net::HttpMux& mux, const Readiness& readiness, HttpMetrics& metrics);
// /metrics: Prometheus text 0.0.4. On the main port, or on one of its own.
void AddMetricsEndpoint(net::HttpMux& mux, const metrics::Registry& registry, HttpMetrics& metrics);
// /openapi.yaml; `yaml` is OpenApiDocument().
void AddOpenApiEndpoint(net::HttpMux& mux, std::string yaml, HttpMetrics& metrics);

// The REST face of what `dispatcher` serves, as OpenAPI 3.1.
std::string OpenApiDocument(const rpc::Dispatcher& dispatcher, const std::string& version);

// Counts what the HTTP server refused itself (malformed, too large, no route): for HttpServerEvents::refused.
void CountRefused(HttpMetrics& metrics, const Error& error);

}  // namespace argus::api
