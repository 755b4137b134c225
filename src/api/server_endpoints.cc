#include "api/server_endpoints.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "api/access.h"
#include "api/metrics_endpoint.h"
#include "contract/services.h"
#include "platform/rpc/openapi.h"

namespace argus::api {

net::HttpResponse PlainReply(int status, std::string_view content_type, std::string body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", content_type);
  response.headers.Add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

void AddPlain(net::HttpMux& mux, const PlainWatch& watch, const std::string& path, net::HttpHandler handler,
              net::RunOn run_on, const log::Event& event) {
  mux.Handle(path, Watched(watch, path, std::move(handler), event), run_on);
}

void AddMetricsEndpoint(net::HttpMux& mux, const metrics::Registry& registry, const PlainWatch& watch) {
  auto endpoint = std::make_shared<MetricsEndpoint>(registry);
  const auto serve = [endpoint = endpoint.get()](net::HttpRequest&& request) { return endpoint->Serve(request); };
  mux.Handle("/metrics", Watched(watch, "/metrics", serve, events::kProbe), net::RunOn::kPool, &endpoint->pool());
  mux.Keep(std::move(endpoint));
}

void AddOpenApiEndpoint(net::HttpMux& mux, std::string yaml, const PlainWatch& watch) {
  const auto document = [yaml = std::move(yaml)](net::HttpRequest&&) { return PlainReply(200, "application/yaml", yaml); };
  AddPlain(mux, watch, "/openapi.yaml", document, net::RunOn::kPool);
}

std::string OpenApiDocument(const rpc::Dispatcher& dispatcher, const std::string& version) {
  rpc::OpenApiOptions options{"Argus", version, {}, {}};
  options.is_public = [](const rpc::Method& method) { return AccessOf(*method.descriptor()) == v1::PUBLIC; };
  options.describe = [](const rpc::Method& method) {
    const auto& permission = contract::PolicyOf(*method.descriptor()).permission();
    return permission.empty() ? std::string() : fmt::format("Needs permission {}.", permission);
  };
  return rpc::OpenApiYaml(dispatcher, options);
}

}  // namespace argus::api
