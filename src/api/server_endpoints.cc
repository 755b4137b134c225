#include "api/server_endpoints.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "api/access.h"
#include "contract/services.h"
#include "platform/rpc/error_mapping.h"
#include "platform/rpc/openapi.h"

namespace argus::api {
namespace {

constexpr std::string_view kProtocol = "http";

net::HttpResponse Reply(int status, std::string_view content_type, std::string body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", content_type);
  response.headers.Add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

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

void Add(net::HttpMux& mux, HttpMetrics& metrics, const std::string& path, net::HttpHandler handler,
         net::RunOn run_on) {
  mux.Handle(path, Counted(path, metrics, std::move(handler)), run_on);
}

bool AsksVerbose(std::string_view query) {
  return query == "verbose" || query.starts_with("verbose&") || query.starts_with("verbose=") ||
         query.find("&verbose") != query.npos;
}

std::string ChecksJson(const Readiness& readiness) {
  std::string checks;
  for (const auto& [name, ok] : readiness.Checks()) {
    checks += fmt::format("{}\"{}\":\"{}\"", checks.empty() ? "" : ",", name, ok ? "ok" : "failing");
  }
  return checks;
}

net::HttpResponse ReadyReply(const Readiness& readiness, bool verbose) {
  const bool ready = readiness.ready();
  std::string body = fmt::format(R"({{"status":"{}")", ready ? "ok" : "unavailable");
  if (verbose) body += fmt::format(R"(,"checks":{{{}}})", ChecksJson(readiness));
  return Reply(ready ? 200 : 503, "application/json", body + "}");
}

}  // namespace

void AddHealthEndpoints(net::HttpMux& mux, const Readiness& readiness, HttpMetrics& metrics) {
  const auto alive = [](net::HttpRequest&&) { return Reply(200, "application/json", R"({"status":"ok"})"); };
  Add(mux, metrics, "/healthz", alive, net::RunOn::kIo);
  Add(mux, metrics, "/livez", alive, net::RunOn::kIo);
  const auto ready = [&readiness](net::HttpRequest&& request) {
    return ReadyReply(readiness, AsksVerbose(request.query));
  };
  Add(mux, metrics, "/readyz", ready, net::RunOn::kIo);
}

void AddMetricsEndpoint(net::HttpMux& mux, const metrics::Registry& registry, HttpMetrics& metrics) {
  const auto render = [&registry](net::HttpRequest&&) {
    return Reply(200, "text/plain; version=0.0.4; charset=utf-8", registry.RenderText());
  };
  Add(mux, metrics, "/metrics", render, net::RunOn::kPool);
}

void AddOpenApiEndpoint(net::HttpMux& mux, std::string yaml, HttpMetrics& metrics) {
  const auto document = [yaml = std::move(yaml)](net::HttpRequest&&) { return Reply(200, "application/yaml", yaml); };
  Add(mux, metrics, "/openapi.yaml", document, net::RunOn::kPool);
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
