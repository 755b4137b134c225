#include "target/postgres/driver.h"

#include "platform/runtime/work_scope.h"
#include "target/postgres/connection.h"
#include "target/postgres/probe.h"
#include "target/postgres/session.h"

namespace argus::target::postgres {
namespace {

constexpr auto kDatabases = R"(
    SELECT datname FROM pg_catalog.pg_database
    WHERE datallowconn AND NOT datistemplate AND pg_catalog.has_database_privilege(oid, 'CONNECT') ORDER BY datname)";

}  // namespace

Result<std::unique_ptr<Connection>> PostgresDriver::Connect(const RequestContext& ctx,
                                                            const ConnectionSpec& spec) const {
  const WorkLabel label("engine", "postgresql");
  ARGUS_ASSIGN(auto session, Session::Connect(ctx, spec));
  return std::unique_ptr<Connection>(std::make_unique<PostgresConnection>(std::move(session)));
}

Result<std::vector<std::string>> PostgresDriver::ListDatabases(const RequestContext& ctx,
                                                               const ConnectionSpec& spec) const {
  ARGUS_ASSIGN(const auto session, Session::Connect(ctx, spec));
  const auto reply = session->Query(ctx, kDatabases);
  if (!reply.done()) return QueryError(reply);
  std::vector<std::string> names;
  for (const auto& row : reply.rows) names.push_back(row[0].value_or(""));
  return names;
}

Result<ServerInfo> PostgresDriver::Inspect(const RequestContext& ctx, const ConnectionSpec& spec) const {
  ARGUS_ASSIGN(const auto connection, Connect(ctx, spec));
  return connection->Inspect(ctx);
}

Result<Proof> PostgresDriver::Probe(const RequestContext& ctx, const ConnectionSpec& spec,
                                    const ProofQuery& query) const {
  const WorkLabel label("engine", "postgresql");
  ARGUS_ASSIGN(const auto session, Session::Connect(ctx, spec));
  return ProbeOutcome(ctx, *session, query);
}

}  // namespace argus::target::postgres
