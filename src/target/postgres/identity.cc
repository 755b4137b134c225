#include "target/postgres/identity.h"

#include <charconv>

namespace argus::target::postgres {
namespace {

constexpr auto kBackendStart = R"(
    SELECT (extract(epoch FROM backend_start) * 1000000)::pg_catalog.int8
    FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid())";
constexpr auto kSystemIdentifier = "SELECT system_identifier FROM pg_catalog.pg_control_system()";
// The first eight hex digits of a WAL file's name are its timeline; unlike pg_control_checkpoint() it is never late.
constexpr auto kTimeline = "SELECT pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8)";
constexpr auto kServer = R"(
    SELECT pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
           (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::pg_catalog.int8,
           pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('default_transaction_read_only') = 'on',
           pg_catalog.current_setting('is_superuser') = 'on')";

// The single cell of an answer; empty for NULL.
std::string Cell(const Reply& reply, std::size_t column = 0) {
  return reply.rows.empty() || column >= reply.rows[0].size() ? std::string() : reply.rows[0][column].value_or("");
}

// For facts that a role or server may withhold: empty then.
Result<std::string> AskIfAllowed(const RequestContext& ctx, Session& session, const char* query) {
  const auto reply = session.Query(ctx, query);
  if (reply.kind == Reply::Kind::kLost) return QueryError(reply);
  return reply.done() ? Cell(reply) : std::string();
}

}  // namespace

Result<Backend> ReadBackend(const RequestContext& ctx, Session& session) {
  const auto start = session.Query(ctx, kBackendStart);
  if (!start.done()) return QueryError(start);
  Backend backend;
  backend.pid = session.pid();
  backend.start = Cell(start);
  ARGUS_ASSIGN(backend.system_identifier, AskIfAllowed(ctx, session, kSystemIdentifier));
  ARGUS_ASSIGN(backend.timeline, AskIfAllowed(ctx, session, kTimeline));
  return backend;
}

Result<ServerInfo> ReadServerInfo(const RequestContext& ctx, Session& session) {
  const auto reply = session.Query(ctx, kServer);
  if (!reply.done()) return QueryError(reply);
  ServerInfo info;
  info.version = Cell(reply, 0);
  const auto micros = Cell(reply, 1);
  std::int64_t time = 0;
  std::from_chars(micros.data(), micros.data() + micros.size(), time);
  info.server_time = FromMicros(time);
  info.in_recovery = Cell(reply, 2) == "t";
  info.read_only = info.in_recovery || Cell(reply, 3) == "t";
  info.superuser = Cell(reply, 4) == "t";
  ARGUS_ASSIGN(info.system_identifier, AskIfAllowed(ctx, session, kSystemIdentifier));
  return info;
}

}  // namespace argus::target::postgres
