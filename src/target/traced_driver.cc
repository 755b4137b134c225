#include "target/traced_driver.h"

#include <algorithm>
#include <utility>

#include "platform/lang/sql/position.h"
#include "platform/lang/sql/text.h"

namespace argus::target {
namespace {

constexpr std::size_t kMaxText = 4096;     // bytes of a statement that are shown
constexpr std::size_t kMaxSummary = 200;   // characters
constexpr std::size_t kMaxOperation = 16;  // letters

// What every span about a database says. Copied into each connection, which outlives the call that made it.
struct Endpoint {
  std::string system;
  std::string database;
  std::string host;
  int port = 0;
  sql::Engine engine = sql::Engine::kPostgres;
};

void Describe(const Endpoint& endpoint, trace::Span& span) {
  if (!span.recording()) return;
  span.SetAll({{"db.system.name", endpoint.system}, {"db.namespace", endpoint.database}});
  if (endpoint.host.empty()) return;
  span.SetAll({{"server.address", endpoint.host}, {"server.port", endpoint.port}});
}

// A call to the driver within, as a span.
template <typename Call>
auto Traced(const trace::Tracer& tracer, const RequestContext& ctx, const Endpoint& endpoint, std::string_view name,
            const Call& call) {
  auto span = tracer.Start(ctx, {.name = name, .kind = trace::SpanKind::kClient});
  if (!span.on()) return call(ctx);
  Describe(endpoint, span);
  span.Set({"db.operation.name", name});
  auto within = ctx;
  span.Enter(within);
  auto result = call(within);
  if (!result.ok()) span.SetError(result.error());
  return result;
}

// "INSERT".
std::string OperationOf(std::string_view text, sql::Engine engine) {
  const auto word = sql::FirstKeyword(text, engine).substr(0, kMaxOperation);
  return word.empty() ? "STATEMENT" : word;
}

std::string SummaryOf(std::string text) {
  text.erase(std::min(text.find_first_of("\r\n"), text.size()));
  text.erase(sql::OffsetOfCodePoint(text, kMaxSummary));
  return text;
}

// Gives each statement a span of its own and makes it the context's while it runs.
class TracedObserver final : public RunObserver {
 public:
  // `ctx` is the one that the run within uses.
  TracedObserver(RunObserver& inner, const trace::Tracer& tracer, const Endpoint& endpoint, const ScriptRun& run,
                 RequestContext& ctx)
      : inner_(inner), tracer_(tracer), endpoint_(endpoint), run_(run), ctx_(ctx) {}

  Status OnBackend(const Backend& backend) override { return inner_.OnBackend(backend); }
  Status BeforeCommit(const std::string& transaction_id) override { return inner_.BeforeCommit(transaction_id); }

  void BeforeStatement(std::size_t index) override {
    inner_.BeforeStatement(index);
    scope_.emplace(tracer_, ctx_, trace::SpanSpec{.name = "statement", .kind = trace::SpanKind::kClient});
    if (scope_->span().recording()) DescribeStatement(index);
  }

  void AfterStatement(const StatementReport& report) override {
    auto& span = scope_->span();
    if (report.error == nullptr) {
      span.Set({"db.response.affected_rows", report.rows_affected});
    } else {
      const auto& state = report.error->sqlstate();
      if (!state.empty()) span.Set({"db.response.status_code", state});
      span.SetError(state.empty() ? report.error->reason() : state, report.error->reason());
    }
    scope_.reset();
    inner_.AfterStatement(report);
  }

 private:
  void DescribeStatement(std::size_t index) {
    auto& span = scope_->span();
    const auto text = sql::RedactLiterals((*run_.statements)[index].text.substr(0, kMaxText), endpoint_.engine);
    const auto operation = OperationOf(text, endpoint_.engine);
    span.SetName(operation);
    Describe(endpoint_, span);
    span.SetAll({{"db.operation.name", operation},
                 {"db.query.summary", SummaryOf(text)},
                 {"db.query.text", text},
                 {"argus.statement", index + 1}});
  }

  RunObserver& inner_;
  const trace::Tracer& tracer_;
  const Endpoint& endpoint_;
  const ScriptRun& run_;
  RequestContext& ctx_;
  std::optional<trace::Scope> scope_;
};

class TracedConnection final : public Connection {
 public:
  TracedConnection(std::unique_ptr<Connection> inner, Endpoint endpoint, const trace::Tracer& tracer)
      : inner_(std::move(inner)), endpoint_(std::move(endpoint)), tracer_(tracer) {}

  Result<ServerInfo> Inspect(const RequestContext& ctx) override {
    return Traced(tracer_, ctx, endpoint_, "inspect", [this](const auto& within) { return inner_->Inspect(within); });
  }
  Result<v1::DatabaseSchema> SyncSchema(const RequestContext& ctx) override {
    return Traced(tracer_, ctx, endpoint_, "sync schema",
                  [this](const auto& within) { return inner_->SyncSchema(within); });
  }

  RunResult Run(const RequestContext& ctx, const ScriptRun& run, RunObserver& observer) override {
    auto within = ctx;
    trace::Scope scope(tracer_, within, {.name = "run script", .kind = trace::SpanKind::kClient});
    Describe(endpoint_, scope.span());
    TracedObserver traced(observer, tracer_, endpoint_, run, within);
    auto result = inner_->Run(within, run, traced);
    scope.span().SetAll({{"db.response.affected_rows", result.rows_affected},
                         {"argus.statements_done", result.statements_done}});
    if (result.outcome == Outcome::kNotApplied) scope.span().SetError(result.error.reason());
    if (result.outcome == Outcome::kUnknown) scope.span().SetError("UNKNOWN");
    return result;
  }

  void Cancel() override { inner_->Cancel(); }
  Status Reset(const RequestContext& ctx) override { return inner_->Reset(ctx); }

 private:
  const std::unique_ptr<Connection> inner_;
  const Endpoint endpoint_;
  const trace::Tracer& tracer_;
};

Endpoint EndpointOf(const std::string& system, sql::Engine engine, const ConnectionSpec& spec) {
  Endpoint endpoint{.system = system, .database = spec.database, .host = {}, .port = 0, .engine = engine};
  if (engine == sql::Engine::kSqlite) return endpoint;
  endpoint.host = spec.host.empty() ? "127.0.0.1" : spec.host;
  endpoint.port = spec.port == 0 ? 5432 : spec.port;
  return endpoint;
}

}  // namespace

Result<std::unique_ptr<Connection>> TracedDriver::Connect(const RequestContext& ctx, const ConnectionSpec& spec) const {
  auto endpoint = EndpointOf(system_, engine_, spec);
  auto connection = Traced(tracer_, ctx, endpoint, "connect",
                           [&](const auto& within) { return inner_->Connect(within, spec); });
  if (!connection.ok() || !tracer_.enabled()) return connection;
  return std::unique_ptr<Connection>(
      std::make_unique<TracedConnection>(*std::move(connection), std::move(endpoint), tracer_));
}

Result<std::vector<std::string>> TracedDriver::ListDatabases(const RequestContext& ctx,
                                                             const ConnectionSpec& spec) const {
  return Traced(tracer_, ctx, EndpointOf(system_, engine_, spec), "list databases",
                [&](const auto& within) { return inner_->ListDatabases(within, spec); });
}

Result<ServerInfo> TracedDriver::Inspect(const RequestContext& ctx, const ConnectionSpec& spec) const {
  return Traced(tracer_, ctx, EndpointOf(system_, engine_, spec), "inspect",
                [&](const auto& within) { return inner_->Inspect(within, spec); });
}

Result<Proof> TracedDriver::Probe(const RequestContext& ctx, const ConnectionSpec& spec,
                                  const ProofQuery& query) const {
  return Traced(tracer_, ctx, EndpointOf(system_, engine_, spec), "probe",
                [&](const auto& within) { return inner_->Probe(within, spec, query); });
}

}  // namespace argus::target
