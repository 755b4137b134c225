#include "app/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <optional>
#include <thread>

#include "api/debug_endpoints.h"
#include "api/fault_endpoints.h"
#include "api/health_endpoints.h"
#include "api/metrics_guard.h"
#include "api/server_endpoints.h"
#include "app/commands.h"
#include "app/data_dir.h"
#include "app/log_events.h"
#include "app/metrics.h"
#include "app/runners.h"
#include "app/tracing.h"
#include "app/version.h"
#include "command/bootstrap.h"
#include "command/demo.h"
#include "platform/base/reasons.h"
#include "platform/net/http_mux.h"
#include "platform/net/http_server.h"
#include "platform/rpc/grpc_health.h"
#include "platform/rpc/grpc_reflection.h"
#include "platform/rpc/grpc_server.h"
#include "platform/rpc/http_api.h"
#include "platform/runtime/watchdog.h"
#include "platform/telemetry/metrics/process.h"
#include "platform/telemetry/metrics/registry.h"
#include "platform/telemetry/metrics/runtime.h"
#include "target/postgres/driver.h"
#include "target/sqlite/driver.h"
#include "target/traced_driver.h"

namespace argus::app {
namespace {

constexpr std::size_t kWorkers = 16;
constexpr std::size_t kWorkerQueue = 1024;
constexpr std::chrono::seconds kMemoryReturnInterval{60};

command::Targets::Drivers MakeDrivers(const trace::Tracer& tracer) {
  const auto traced = [&](auto driver, const char* system, sql::Engine engine) {
    return std::make_unique<target::TracedDriver>(std::move(driver), system, engine, tracer);
  };
  command::Targets::Drivers drivers;
  drivers.emplace(v1::POSTGRES, traced(std::make_unique<target::postgres::PostgresDriver>(), "postgresql",
                                       sql::Engine::kPostgres));
  drivers.emplace(v1::SQLITE, traced(std::make_unique<target::sqlite::SqliteDriver>(), "sqlite", sql::Engine::kSqlite));
  return drivers;
}

// Says which flag is at fault.
Result<std::unique_ptr<store::Metastore>> OpenMetastore(db::Options db_options, const Clock& clock, store::StoreMetrics& metrics) {
  auto opened = store::Metastore::Open(std::move(db_options), clock, &metrics);
  if (opened.ok()) return opened;
  const Error& why = opened.error();
  return Error(why.code(), why.reason(),
               fmt::format("The metastore (--metastore-url) cannot be used: {}", why.message()))
      .WithCause(why.cause());
}

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

Result<HostPort> ParseHostPort(const std::string& text) {
  const auto colon = text.rfind(':');
  HostPort parsed{text.substr(0, colon), 0};
  if (parsed.host.size() > 2 && parsed.host.front() == '[') parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  const std::string_view port = colon == std::string::npos ? "" : std::string_view(text).substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  if (parsed.host.empty() || port.empty() || error != std::errc() || end != port.data() + port.size()) {
    return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration,
                 fmt::format("--metrics-address {}: write host:port, e.g. 127.0.0.1:9090", text));
  }
  return parsed;
}

}  // namespace

// Members stand in the order in which they are built; each uses only what stands above it.
struct Server::Parts {
  Parts(const ServerOptions& o, const Clock& c, log::Logger& l) : options(o), clock(c), logger(l) {}

  Status Build();
  Status OpenStores();
  Status Seed();
  Status BuildApi();
  void ShowReady(bool ready);
  Status StartRunners();
  Status Listen();
  Status ListenForMetrics();
  Result<net::RouteSelector> GuardedMetrics(net::RouteSelector select) const;
  net::HttpServerOptions HttpOptions(const std::string& address, std::uint16_t port);

  const ServerOptions options;
  const Clock& clock;
  log::Logger& logger;
  std::vector<net::Cidr> trusted_proxies;
  std::optional<DataDir> data_dir;
  metrics::Registry registry{{.native_histograms = options.native_histograms}};
  trace::Tracer tracer{TraceOptions(options, logger)};
  api::HttpMetrics http_metrics{registry};
  const api::PlainWatch watch{http_metrics, logger};
  std::atomic<std::int64_t> connections{0};  // of HTTP
  store::StoreMetrics store_metrics{registry};
  command::ChangeMetrics changes{registry};

  std::unique_ptr<secret::Keyring> keyring;
  std::unique_ptr<store::Metastore> metastore;
  auth::PasswordHasher hasher;
  std::optional<command::Targets> targets;
  std::optional<command::SchemaSync> sync;
  std::optional<AllCommands> commands;
  std::optional<Runners> runners;
  metrics::MemoryReturn memory_return{registry};
  std::optional<PeriodicThread> memory_returner;

  std::unique_ptr<api::Readiness> readiness;
  rpc::Dispatcher dispatcher;
  rpc::HealthService health;
  std::unique_ptr<api::Api> api;
  std::optional<WorkerPool> workers;
  Watchdog watchdog;
  std::optional<rpc::HttpApi> http_api;
  std::optional<api::DebugEndpoints> debug;
  net::HttpMux mux;
  net::HttpMux metrics_mux;
  std::atomic<const net::HttpServer*> serving{nullptr};  // `http`, for its own threads
  std::unique_ptr<net::HttpServer> http;
  std::unique_ptr<net::HttpServer> metrics_http;
  std::unique_ptr<rpc::GrpcServer> grpc;
};

Status Server::Parts::Build() {
  for (const auto& text : options.trusted_proxies) {
    ARGUS_ASSIGN(const auto cidr, net::Cidr::Parse(text));
    trusted_proxies.push_back(cidr);
  }
  ARGUS_RETURN_IF_ERROR(OpenStores());
  ARGUS_RETURN_IF_ERROR(Seed());
  ARGUS_RETURN_IF_ERROR(StartRunners());
  ARGUS_RETURN_IF_ERROR(BuildApi());
  return Listen();
}

Status Server::Parts::OpenStores() {
  ARGUS_ASSIGN(const std::string url, MetastoreUrl(options));
  ARGUS_ASSIGN(auto dir, DataDir::Open(options.data_dir));
  data_dir.emplace(std::move(dir));
  ARGUS_ASSIGN(keyring, secret::Keyring::LoadOrCreate(KeyFile(options)));
  db::Options db_options;
  db_options.url = url;
  const auto dialect = url.starts_with("sqlite:") ? db::Dialect::kSqlite : db::Dialect::kPostgres;
  db_options.observer = [this, dialect](const RequestContext& ctx, const db::StatementEvent& event) {
    store_metrics.StatementEnded(event);
    RecordStatement(tracer, dialect, ctx, event);
  };
  ARGUS_ASSIGN(metastore, OpenMetastore(std::move(db_options), clock, store_metrics));
  metrics::AddProcessMetrics(registry);
  metrics::AddRuntimeMetrics(registry, [this] { return static_cast<double>(connections) + http_metrics.in_flight(); });
  AddSpanMetrics(registry, tracer);
  AddBuildMetrics(registry, kVersion, kGitCommit, options.debug);
  AddLogMetrics(registry, logger);
  AddConnectionMetrics(registry, *metastore);
  KnowAuditActions(store_metrics);
  auto access = LocalAccessOf(options, url);
  ARGUS_RETURN_IF_ERROR(command::CheckLocalAccess(access));
  targets.emplace(*metastore, *keyring, MakeDrivers(tracer), std::move(access));
  sync.emplace(*metastore, *targets);
  commands.emplace(*metastore, *keyring, *targets, *sync, hasher, changes);
  return Ok();
}

Status Server::Parts::Seed() {
  ARGUS_ASSIGN(const bool first, command::EnsureAdmin(*metastore, hasher, {options.data_dir, options.admin_password}));
  if (first) logger.Log({}, kAdminMade);
  if (!options.demo) return Ok();
  ARGUS_RETURN_IF_ERROR(command::SeedDemo(*metastore, hasher, *targets, *sync, options.data_dir));
  logger.Log({}, kDemoSeeded);
  return Ok();
}

Status Server::Parts::StartRunners() {
  std::unique_ptr<db::Notifier> wire;
  if (metastore->dialect() == db::Dialect::kPostgres) {
    ARGUS_ASSIGN(const std::string url, MetastoreUrl(options));
    ARGUS_ASSIGN(wire, db::Notifier::Open({.url = url}));
  }
  runners.emplace(RunnerDeps{*metastore, *targets, *sync, logger, registry, changes, options.data_dir, tracer}, std::move(wire));
  memory_returner.emplace("memory_return", kMemoryReturnInterval, [this] { memory_return.Run(); });
  return Ok();
}

Status Server::Parts::BuildApi() {
  readiness = std::make_unique<api::Readiness>(*metastore, logger);
  health.Register(dispatcher);
  rpc::RegisterReflection(dispatcher);
  const api::ServerFacts facts{.version = std::string(kVersion),
                               .git_commit = std::string(kGitCommit),
                               .start_time = clock.Now(),
                               .external_url = options.external_url,
                               .debug = options.debug,
                               .demo = options.demo};
  ARGUS_ASSIGN(api, api::RegisterAll(dispatcher,
                                     {clock, logger, http_metrics, *readiness, *metastore, commands->ForApi(), facts, tracer}));
  readiness->SetListener([this](bool ready) { ShowReady(ready); });
  http_metrics.KnowMethods(dispatcher);
  workers.emplace("worker", kWorkers, kWorkerQueue, WaitObserver(registry, "worker"));
  AddPoolMetrics(registry, "worker", *workers);
  http_api.emplace(dispatcher, *workers);
  return http_api->Build();
}

// To those who ask by gRPC.
void Server::Parts::ShowReady(bool ready) {
  using Status = rpc::HealthService::ServingStatus;
  const auto status = ready ? Status::HealthCheckResponse_ServingStatus_SERVING
                            : Status::HealthCheckResponse_ServingStatus_NOT_SERVING;
  health.Set("", status);  // the whole server
  for (const auto& service : dispatcher.services()) health.Set(service, status);
}

net::HttpServerOptions Server::Parts::HttpOptions(const std::string& address, std::uint16_t port) {
  net::HttpServerOptions http_options;
  http_options.address = address;
  http_options.port = port;
  http_options.trusted_proxies = trusted_proxies;
  http_options.render_error = rpc::RenderHttpError;
  http_options.events.refused = [this](const Error& error, const net::HttpRequest& head) {
    api::TellRefused(watch, "http", error, head);
  };
  http_options.events.connection_opened = [this] { ++connections; };
  http_options.events.connection_closed = [this] { --connections; };
  http_options.events.answered = [this](std::size_t request, std::size_t response) {
    http_metrics.HttpSizes(request, response);
  };
  return http_options;
}

Status Server::Parts::Listen() {
  api::AddHealthEndpoints(mux, {clock, watchdog, *readiness, http_metrics, logger});
  api::AddFaultEndpoints(mux, watch);
  api::AddOpenApiEndpoint(mux, api::OpenApiDocument(dispatcher, std::string(kVersion)), watch);
  if (options.debug) {
    debug.emplace(api::DebugDeps{watch, commands->ForApi().auth, *metastore});
    auto& where = options.metrics_address.empty() ? mux : metrics_mux;
    where.Mount([this](const net::HttpRequest& head) { return debug->Select(head); });
  }
  if (options.metrics_address.empty()) {
    api::AddMetricsEndpoint(mux, registry, watch);
  } else {
    ARGUS_RETURN_IF_ERROR(ListenForMetrics());
  }
  mux.Mount([this](const net::HttpRequest& head) { return http_api->Select(head); });
  const auto select = [this](const net::HttpRequest& head) { return mux.Select(head); };
  watchdog.Watch("workers", [this](MonotonicTime now) { return workers->stalled(now); });
  watchdog.Watch("event_loop", [this](MonotonicTime now) {
    const auto* server = serving.load();
    return server ? server->stalled(now) : std::chrono::nanoseconds(0);
  });
  ARGUS_ASSIGN(http, net::HttpServer::Start(HttpOptions(options.address, options.port), select, *workers));
  serving = http.get();
  rpc::GrpcServerOptions grpc_options;
  grpc_options.address = options.address;
  grpc_options.port = options.grpc_port;
  grpc_options.trusted_proxies = trusted_proxies;
  grpc_options.refused = [this](const Error& error, const net::HttpRequest& head) {
    api::TellRefused(watch, "grpc", error, head);
  };
  grpc_options.answered = [this](std::size_t request, std::size_t response) { http_metrics.GrpcSizes(request, response); };
  ARGUS_ASSIGN(grpc, rpc::GrpcServer::Start(grpc_options, dispatcher, *workers));
  return Ok();
}

Status Server::Parts::ListenForMetrics() {
  ARGUS_ASSIGN(const HostPort at, ParseHostPort(options.metrics_address));
  api::AddMetricsEndpoint(metrics_mux, registry, watch);
  ARGUS_ASSIGN(auto select, GuardedMetrics([this](const net::HttpRequest& head) { return metrics_mux.Select(head); }));
  ARGUS_ASSIGN(metrics_http, net::HttpServer::Start(HttpOptions(at.host, at.port), select, *workers));
  return Ok();
}

Result<net::RouteSelector> Server::Parts::GuardedMetrics(net::RouteSelector select) const {
  if (options.metrics_token_file.empty()) return select;
  ARGUS_ASSIGN(std::string token, MetricsToken(options));
  return api::RequireMetricsToken(std::move(token), watch, std::move(select));
}

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, const Clock& clock, log::Logger& logger) {
  auto parts = std::make_unique<Parts>(options, clock, logger);
  ARGUS_RETURN_IF_ERROR(parts->Build());
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() = default;

std::uint16_t Server::http_port() const { return parts_->http->port(); }
std::uint16_t Server::grpc_port() const { return parts_->grpc->port(); }

bool Server::Drain(std::chrono::milliseconds timeout) {
  const MonotonicTime deadline = parts_->clock.Monotonic() + timeout;
  parts_->readiness->StartDrain();
  std::this_thread::sleep_for(std::min(parts_->options.drain_delay, timeout));  // Probes see it before anybody is sent away.
  if (parts_->debug) parts_->debug->Stop();
  parts_->http->StartDrain();
  parts_->grpc->StartDrain();
  const bool finished = parts_->runners->Drain(deadline);
  const bool idle = parts_->http->WaitIdle(deadline);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - parts_->clock.Monotonic());
  parts_->grpc->Stop(std::max(left, std::chrono::milliseconds(0)));
  return idle && finished;
}

}  // namespace argus::app
