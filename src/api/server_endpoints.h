// What stands beside the API on plain HTTP: metrics, openapi.yaml (health: health_endpoints.h).
#pragma once

#include <string>
#include <string_view>

#include "api/access_log.h"
#include "platform/base/error.h"
#include "platform/net/http_mux.h"
#include "platform/rpc/dispatcher.h"
#include "platform/telemetry/metrics/registry.h"

namespace argus::api {

// Everything that is given must outlive the server of `mux`.

// /metrics in the format that is asked for (MetricsEndpoint). On the main port, or on one of its own.
void AddMetricsEndpoint(net::HttpMux& mux, const metrics::Registry& registry, const PlainWatch& watch);
// /openapi.yaml; `yaml` is OpenApiDocument().
void AddOpenApiEndpoint(net::HttpMux& mux, std::string yaml, const PlainWatch& watch);

// The REST face of what `dispatcher` serves, as OpenAPI 3.1.
std::string OpenApiDocument(const rpc::Dispatcher& dispatcher, const std::string& version);

// A handler of GET, watched under its path.
void AddPlain(net::HttpMux& mux, const PlainWatch& watch, const std::string& path, net::HttpHandler handler,
              net::RunOn run_on, const log::Event& event = events::kRequest);
net::HttpResponse PlainReply(int status, std::string_view content_type, std::string body);

}  // namespace argus::api
