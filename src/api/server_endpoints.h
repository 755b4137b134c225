// What stands beside the API on plain HTTP: metrics, openapi.yaml (health: health_endpoints.h).
#pragma once

#include <string>
#include <string_view>

#include "api/metrics.h"
#include "platform/base/error.h"
#include "platform/net/http_mux.h"
#include "platform/rpc/dispatcher.h"
#include "platform/telemetry/metrics/registry.h"

namespace argus::api {

// Everything that is given must outlive the server of `mux`.

// /metrics in the format that is asked for (MetricsEndpoint). On the main port, or on one of its own.
void AddMetricsEndpoint(net::HttpMux& mux, const metrics::Registry& registry, HttpMetrics& metrics);
// /openapi.yaml; `yaml` is OpenApiDocument().
void AddOpenApiEndpoint(net::HttpMux& mux, std::string yaml, HttpMetrics& metrics);

// The REST face of what `dispatcher` serves, as OpenAPI 3.1.
std::string OpenApiDocument(const rpc::Dispatcher& dispatcher, const std::string& version);

// A handler of GET, counted under its path.
void AddPlain(net::HttpMux& mux, HttpMetrics& metrics, const std::string& path, net::HttpHandler handler,
              net::RunOn run_on);
net::HttpResponse PlainReply(int status, std::string_view content_type, std::string body);

// Counts what the HTTP server refused itself (malformed, too large, no route): for HttpServerEvents::refused.
void CountRefused(HttpMetrics& metrics, const Error& error);

}  // namespace argus::api
