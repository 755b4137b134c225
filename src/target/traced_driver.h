// A driver whose work shows in traces.
#pragma once

#include <memory>
#include <string>

#include "platform/telemetry/trace/tracer.h"
#include "target/driver.h"

namespace argus::target {

// Client spans by OpenTelemetry's conventions for databases: one for each connection, question and run, and one for each
// statement of a script, with its rows and SQLSTATE. Literals stay out. The statement's own span is the one that its SQL
// comment names. As the driver within; the tracer must outlive it.
class TracedDriver final : public Driver {
 public:
  // `system`: db.system.name, "postgresql", "sqlite".
  TracedDriver(std::unique_ptr<Driver> inner, std::string system, sql::Engine engine, const trace::Tracer& tracer)
      : inner_(std::move(inner)), system_(std::move(system)), engine_(engine), tracer_(tracer) {}

  Result<std::unique_ptr<Connection>> Connect(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  Result<std::vector<std::string>> ListDatabases(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  Result<ServerInfo> Inspect(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  Result<Proof> Probe(const RequestContext& ctx, const ConnectionSpec& spec, const ProofQuery& query) const override;

 private:
  const std::unique_ptr<Driver> inner_;
  const std::string system_;
  const sql::Engine engine_;
  const trace::Tracer& tracer_;
};

}  // namespace argus::target
