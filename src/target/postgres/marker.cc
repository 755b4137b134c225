#include "target/postgres/marker.h"

#include <fmt/format.h>

namespace argus::target::postgres {
namespace {

// schema: does it exist; usable: null where the table does not; creatable: could the role make it.
constexpr auto kState = R"(
    SELECT n.oid IS NOT NULL,
           c.relkind = 'r'
             AND pg_catalog.has_table_privilege(c.oid, 'INSERT') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
             AND (o.rolsuper OR o.rolname = session_user OR o.oid = d.datdba),
           CASE WHEN n.oid IS NULL THEN pg_catalog.has_database_privilege(d.oid, 'CREATE')
                ELSE pg_catalog.has_schema_privilege(n.oid, 'CREATE') END
             AND NOT pg_catalog.pg_is_in_recovery()
             AND pg_catalog.current_setting('transaction_read_only') = 'off'
    FROM pg_catalog.pg_database d
    LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'argus_internal'
    LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'task_marker'
    LEFT JOIN pg_catalog.pg_roles o ON o.oid = c.relowner
    WHERE d.datname = pg_catalog.current_database())";

constexpr auto kCreateSchema = "CREATE SCHEMA IF NOT EXISTS argus_internal; ";
// The advisory lock keeps two sessions from making the same object at once, which IF NOT EXISTS does not.
constexpr auto kCreate = R"(
    BEGIN;
    SELECT pg_catalog.pg_advisory_xact_lock(4703862195340132); {}
    CREATE TABLE IF NOT EXISTS argus_internal.task_marker (
      task pg_catalog.text PRIMARY KEY,
      task_run pg_catalog.text NOT NULL,
      attempt_token pg_catalog.text NOT NULL,
      content_hash pg_catalog.text NOT NULL,
      applied_at pg_catalog.timestamptz NOT NULL);
    COMMIT)";

struct State {
  bool schema_exists = false;
  bool table_exists = false;
  bool usable = false;
  bool creatable = false;
};

Result<State> ReadState(const RequestContext& ctx, Session& session) {
  const auto reply = session.Query(ctx, kState);
  if (!reply.done() || reply.rows.empty()) return QueryError(reply);
  const auto& row = reply.rows.front();
  return State{row[0] == "t", row[1].has_value(), row[1] == "t", row[2] == "t"};
}

}  // namespace

Result<bool> CanKeepMarkers(const RequestContext& ctx, Session& session) {
  ARGUS_ASSIGN(const auto state, ReadState(ctx, session));
  return state.table_exists ? state.usable : state.creatable;
}

Result<bool> EnsureMarkerTable(const RequestContext& ctx, Session& session) {
  ARGUS_ASSIGN(const auto state, ReadState(ctx, session));
  if (state.table_exists || !state.creatable) return state.usable;
  const auto created = session.Send(ctx, fmt::format(kCreate, state.schema_exists ? "" : kCreateSchema));
  if (created.kind == Reply::Kind::kLost) return QueryError(created);
  if (created.done()) return true;
  const auto rolled_back = session.Send(ctx, "ROLLBACK");
  if (!rolled_back.done()) return QueryError(rolled_back);
  return false;
}

std::string InsertMarkerSql(const Session& session, const Marker& marker) {
  return fmt::format("INSERT INTO {} VALUES ({}, {}, {}, {}, pg_catalog.now())", kMarkerTable,
                     session.Literal(marker.task), session.Literal(marker.task_run),
                     session.Literal(marker.attempt_token), session.Literal(marker.content_hash));
}

std::string CountMarkerSql(const Session& session, const Marker& marker) {
  return fmt::format("SELECT count(*) FROM ONLY {} WHERE task = {} AND task_run = {} AND attempt_token = {}",
                     kMarkerTable, session.Literal(marker.task), session.Literal(marker.task_run),
                     session.Literal(marker.attempt_token));
}

Result<std::optional<Marker>> ReadMarker(const RequestContext& ctx, Session& session, const std::string& task) {
  const auto reply = session.Query(
      ctx, fmt::format("SELECT task, task_run, attempt_token, content_hash FROM ONLY {} WHERE task = $1", kMarkerTable),
      {task});
  if (!reply.done()) return QueryError(reply);
  if (reply.rows.empty()) return std::optional<Marker>();
  const auto& row = reply.rows.front();
  return std::optional(Marker{row[0].value_or(""), row[1].value_or(""), row[2].value_or(""), row[3].value_or("")});
}

}  // namespace argus::target::postgres
