#include "api/server_endpoints.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include "api/access.h"
#include "api/metrics_endpoint.h"
#include "contract/services.h"
#include "platform/rpc/error_mapping.h"
#include "platform/rpc/openapi.h"

namespace argus::api {
namespace {

constexpr std::string_view kProtocol = "http";

net::HttpHandler Counted(std::string route, HttpMetrics& metrics, net::HttpHandler handler) {
  metrics.KnowRoute("GET", route, kProtocol);
  return [route = std::move(route), &metrics, handler = std::move(handler)](net::HttpRequest&& request) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string method = request.method;
    metrics.Began();
    auto response = handler(std::move(request));
    metrics.Done();
    metrics.Answered({method, route, response.status, kProtocol}, std::chrono::steady_clock::now() - begin);
    return response;
  };
}

}  // namespace

net::HttpResponse PlainReply(int status, std::string_view content_type, std::string body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", content_type);
  response.headers.Add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

void AddPlain(net::HttpMux& mux, HttpMetrics& metrics, const std::string& path, net::HttpHandler handler,
         net::RunOn run_on) {
  mux.Handle(path, Counted(path, metrics, std::move(handler)), run_on);
}

void AddMetricsEndpoint(net::HttpMux& mux, const metrics::Registry& registry, HttpMetrics& metrics) {
  auto endpoint = std::make_shared<MetricsEndpoint>(registry);
  const auto serve = [endpoint = endpoint.get()](net::HttpRequest&& request) { return endpoint->Serve(request); };
  mux.Handle("/metrics", Counted("/metrics", metrics, serve), net::RunOn::kPool, &endpoint->pool());
  mux.Keep(std::move(endpoint));
}

void AddOpenApiEndpoint(net::HttpMux& mux, std::string yaml, HttpMetrics& metrics) {
  const auto document = [yaml = std::move(yaml)](net::HttpRequest&&) { return PlainReply(200, "application/yaml", yaml); };
  AddPlain(mux, metrics, "/openapi.yaml", document, net::RunOn::kPool);
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

void CountRefused(HttpMetrics& metrics, const Error& error) {
  metrics.TurnedAway(error, kProtocol);
}

}  // namespace argus::api
