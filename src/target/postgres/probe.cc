#include "target/postgres/probe.h"

#include <fmt/format.h>

#include <thread>

#include "target/postgres/identity.h"
#include "target/postgres/marker.h"

namespace argus::target::postgres {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLookAgain{20};
// The start time is hidden from roles that may not see the session.
constexpr auto kBackendStart = R"(
    SELECT (extract(epoch FROM backend_start) * 1000000)::pg_catalog.int8
    FROM pg_catalog.pg_stat_activity WHERE pid = $1::pg_catalog.int4)";

enum class Presence { kGone, kThere, kHidden };

Proof Undecided(std::string evidence) { return {Proof::Verdict::kUndecided, {}, {}, std::move(evidence)}; }
Proof NotApplied(std::string evidence) { return {Proof::Verdict::kNotApplied, {}, {}, std::move(evidence)}; }

bool Differ(const std::string& then, const std::string& now) { return !then.empty() && !now.empty() && then != now; }

Result<Presence> Look(const RequestContext& ctx, Session& session, const Backend& backend) {
  const auto reply = session.Query(ctx, kBackendStart, {std::to_string(backend.pid)});
  if (!reply.done()) return QueryError(reply);
  if (reply.rows.empty()) return Presence::kGone;
  const auto& start = reply.rows[0][0];
  if (!start) return Presence::kHidden;
  return start == backend.start ? Presence::kThere : Presence::kGone;  // Another session has taken over the pid.
}

// What is left at the end of the patience.
Result<Presence> EndBackend(const RequestContext& ctx, Session& session, const ProofQuery& query) {
  const auto until = std::min(ctx.deadline, Clock::now() + query.patience);
  const std::vector<std::string> pid{std::to_string(query.backend.pid)};
  for (;;) {
    ARGUS_ASSIGN(const auto presence, Look(ctx, session, query.backend));
    if (presence != Presence::kThere || Clock::now() >= until || ctx.cancel->cancelled()) return presence;
    const auto ended = session.Query(ctx, "SELECT pg_catalog.pg_terminate_backend($1::pg_catalog.int4)", pid);
    if (!ended.done()) return QueryError(ended);
    std::this_thread::sleep_for(kLookAgain);
  }
}

Result<Proof> ReadMarkerProof(const RequestContext& ctx, Session& session, const ProofQuery& query) {
  auto marker = ReadMarker(ctx, session, query.task);
  if (!marker.ok()) {
    if (!session.alive()) return std::move(marker).error();
    return Undecided(fmt::format("{} cannot be read any more: {}", kMarkerTable, marker.error().message()));
  }
  if (!*marker) return NotApplied(fmt::format("the backend is gone and {} has no row of the task", kMarkerTable));
  return Proof{Proof::Verdict::kApplied, (*marker)->task_run, (*marker)->attempt_token,
               fmt::format("{} says that {} applied the task", kMarkerTable, (*marker)->task_run)};
}

Result<Proof> ReadTransactionStatus(const RequestContext& ctx, Session& session, const ProofQuery& query,
                                    const Backend& now) {
  if (query.transaction_id.empty()) return NotApplied("the backend is gone and COMMIT was never sent");
  if (query.backend.timeline != now.timeline) {
    return Undecided(fmt::format("the server went from timeline {} to {}: transaction ids do not tell any more",
                                 query.backend.timeline, now.timeline));
  }
  const auto reply =
      session.Query(ctx, "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)", {query.transaction_id});
  if (reply.kind == Reply::Kind::kLost) return QueryError(reply);
  const auto status =
      reply.done() && !reply.rows.empty() ? reply.rows[0][0].value_or("forgotten") : reply.error.message;
  const auto evidence = fmt::format("pg_xact_status({}) is {}", query.transaction_id, status);
  if (status == "committed") return Proof{Proof::Verdict::kApplied, {}, {}, evidence};
  return status == "aborted" ? NotApplied(evidence) : Undecided(evidence);
}

}  // namespace

Result<Proof> ProbeOutcome(const RequestContext& ctx, Session& session, const ProofQuery& query) {
  ARGUS_ASSIGN(const auto now, ReadBackend(ctx, session));
  if (Differ(query.backend.system_identifier, now.system_identifier)) {
    return Undecided(
        fmt::format("this is system {}, the run was on {}", now.system_identifier, query.backend.system_identifier));
  }
  ARGUS_ASSIGN(const auto server, ReadServerInfo(ctx, session));
  if (server.in_recovery) return Undecided("the server is in recovery and may lag behind");
  ARGUS_ASSIGN(const auto presence, EndBackend(ctx, session, query));
  if (presence != Presence::kGone) return Undecided(fmt::format("backend {} could not be ended", query.backend.pid));
  if (query.backend.proof == v1::TaskRun::MARKER) return ReadMarkerProof(ctx, session, query);
  return ReadTransactionStatus(ctx, session, query, now);
}

}  // namespace argus::target::postgres
