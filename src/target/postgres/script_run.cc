#include "target/postgres/script_run.h"

#include <fmt/format.h>

#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "platform/telemetry/trace/propagation.h"
#include "target/postgres/identity.h"
#include "target/postgres/marker.h"
#include "target/run_result.h"
#include "target/transactional.h"

namespace argus::target::postgres {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// How long the answer to COMMIT is awaited before the outcome is declared unknown.
constexpr milliseconds kCommitPatience{60000};
constexpr milliseconds kRollbackPatience{10000};
// The server ends our transaction itself should we stop without closing the connection.
constexpr auto kIdleTimeout = "60s";
constexpr auto kQueryCanceled = "57014";

// SET LOCAL: gone with the transaction. The script's own strings are cut by standard rules, so the server must agree.
std::string TransactionSettings(const ScriptRun& run) {
  return fmt::format(
      "SET LOCAL standard_conforming_strings = on; SET LOCAL idle_in_transaction_session_timeout = '{}'; "
      "SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}",
      kIdleTimeout, run.lock_timeout.count(), run.statement_timeout.count());
}

// Back to our own role and names, whatever the script set; and a COMMIT that is answered only once it will last.
constexpr auto kTakeBack = R"(
    SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; SET LOCAL search_path = pg_catalog;
    SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                        WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true))";

// The sqlcommenter form, keys in order; percent-encoding leaves nothing that could end the comment. Behind the statement,
// where it moves no position of an error.
std::string WithComment(std::string_view sql, const RequestContext& ctx) {
  std::string tags;
  if (!ctx.correlation_id.empty()) tags = fmt::format("correlation_id='{}'", PercentEncode(ctx.correlation_id));
  if (const auto parent = trace::FormatTraceparent(ctx.trace); !parent.empty()) {
    tags += fmt::format("{}traceparent='{}'", tags.empty() ? "" : ",", PercentEncode(parent));
  }
  return tags.empty() ? std::string(sql) : fmt::format("{} /*{}*/", sql, tags);
}

sql::Position ErrorPosition(const sql::SqlStatement& statement, std::size_t server_position) {
  if (server_position == 0) return statement.start;
  return sql::PositionAt(statement.text, sql::OffsetOfCodePoint(statement.text, server_position - 1), statement.start);
}

}  // namespace

RunResult ScriptRunner::Run() {
  if (const auto status = CheckTransactional(*run_.statements, sql::Engine::kPostgres); !status.ok()) {
    return NotApplied(RunError(status.error()));
  }
  if (Announce() && Begin() && ExecuteStatements() && CheckProof()) Commit();
  return std::move(result_);
}

bool ScriptRunner::Announce() {
  const auto usable = EnsureMarkerTable(ctx_, session_);
  if (!usable.ok()) return FailWith(NotApplied(RunError(usable.error())));
  auto backend = ReadBackend(ctx_, session_);
  if (!backend.ok()) return FailWith(NotApplied(RunError(backend.error())));
  backend_ = *std::move(backend);
  backend_.proof = *usable ? v1::TaskRun::MARKER : v1::TaskRun::TRANSACTION_ID;
  if (const auto status = observer_.OnBackend(backend_); !status.ok())
    return FailWith(NotApplied(RunError(status.error())));
  return true;
}

// The marker comes before the settings, so that no lock timeout cuts the wait for an earlier attempt short.
bool ScriptRunner::Begin() {
  if (!StillWanted()) return false;
  std::string sql = "BEGIN ISOLATION LEVEL READ COMMITTED; ";
  if (uses_marker()) sql += InsertMarkerSql(session_, run_.marker) + "; ";
  const auto reply = session_.Send(ctx_, sql + TransactionSettings(run_));
  if (reply.done()) return true;
  if (uses_marker() && reply.error.sqlstate == kUniqueViolation) {
    ExplainRefusedMarker(reply);
    return false;
  }
  return FailWith(reply);
}

void ScriptRunner::ExplainRefusedMarker(const Reply& reply) {
  FailWith(reply);
  auto marker = ReadMarker(ctx_, session_, run_.marker.task);
  if (marker.ok() && *marker) result_ = AlreadyApplied(**std::move(marker));
}

bool ScriptRunner::ExecuteStatements() {
  for (std::size_t index = 0; index < run_.statements->size(); ++index) {
    if (!StillWanted() || !ExecuteStatement(index)) return false;
  }
  return true;
}

bool ScriptRunner::ExecuteStatement(std::size_t index) {
  observer_.BeforeStatement(index);
  const auto start = Clock::now();
  const auto reply = session_.Execute(ctx_, WithComment((*run_.statements)[index].text, ctx_));
  if (!reply.done()) {
    const auto error = StatementError(index, reply);
    Report(index, reply, start, &error);
    return FailWith(NotApplied(error));
  }
  Report(index, reply, start, nullptr);
  result_.rows_affected += reply.rows_affected;
  ++result_.statements_done;
  if (session_.in_transaction()) return true;
  Unknown(fmt::format("the transaction ended behind statement {}", index + 1));
  return false;
}

void ScriptRunner::Report(std::size_t index, const Reply& reply, MonotonicTime start, const v1::TaskRunError* error) {
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  observer_.AfterStatement({index, reply.rows_affected, duration, error});
}

// Deferred triggers run now, under the role that the script chose, and not at COMMIT under ours.
bool ScriptRunner::CheckProof() {
  if (!StillWanted() || !Send("SET CONSTRAINTS ALL IMMEDIATE")) return false;
  if (!Send(kTakeBack) || !(uses_marker() ? CheckMarker() : ReadTransactionId())) return false;
  if (const auto status = observer_.BeforeCommit(transaction_id_); !status.ok()) {
    return FailWith(NotApplied(RunError(status.error())));
  }
  return true;
}

bool ScriptRunner::ReadTransactionId() {
  Reply reply;
  if (!Send("SELECT pg_catalog.pg_current_xact_id()", &reply)) return false;
  transaction_id_ = reply.rows.back()[0].value_or("");
  return true;
}

bool ScriptRunner::CheckMarker() {
  const auto reply = session_.Send(ctx_, CountMarkerSql(session_, run_.marker));
  if (reply.kind == Reply::Kind::kLost || reply.error.sqlstate == kQueryCanceled) return FailWith(reply);
  if (reply.done() && reply.rows.back()[0] == "1") return true;
  return FailWith(NotApplied(
      RunError(reasons::kMarkerLost,
               fmt::format("the script removed its marker from {} or took away access to it", kMarkerTable))));
}

void ScriptRunner::Commit() {
  if (!StillWanted()) return;
  if (!interrupt_.Seal()) {
    FailWith(NotApplied(RunError(reasons::kInterrupted, "the run was canceled")));
    return;
  }
  const auto reply = session_.EndTransaction("COMMIT", kCommitPatience);
  if (reply.tag == "COMMIT") {
    result_.outcome = Outcome::kCommitted;
  } else if (reply.kind == Reply::Kind::kLost) {
    Unknown("COMMIT was sent and not answered: " + reply.error.message);
  } else if (reply.kind == Reply::Kind::kRefused) {
    FailWith(reply);
  } else {
    FailWith(NotApplied(RunError(reasons::kStatementFailed, "the server answered COMMIT with " + reply.tag)));
  }
}

bool ScriptRunner::StillWanted() {
  if (!interrupt_.requested() && !ctx_.expired(Clock::now())) return true;
  const bool canceled = interrupt_.requested() || ctx_.cancel->cancelled();
  return FailWith(
      NotApplied(RunError(reasons::kInterrupted, canceled ? "the run was canceled" : "the run took too long")));
}

bool ScriptRunner::Send(const std::string& sql, Reply* reply) {
  auto answer = session_.Send(ctx_, sql);
  if (!answer.done()) return FailWith(answer);
  if (reply != nullptr) *reply = std::move(answer);
  return true;
}

bool ScriptRunner::FailWith(const Reply& reply) { return FailWith(NotApplied(ToRunError(reply))); }

// Ends the transaction as well, for the locks it holds; that it cannot last any more is certain already.
bool ScriptRunner::FailWith(RunResult result) {
  result.statements_done = result_.statements_done;
  result_ = std::move(result);
  if (session_.alive() && !session_.idle()) session_.EndTransaction("ROLLBACK", kRollbackPatience);
  return false;
}

v1::TaskRunError ScriptRunner::ToRunError(const Reply& reply) const {
  if (reply.kind == Reply::Kind::kLost) {
    return RunError(reasons::kInterrupted, "the connection broke before COMMIT: " + reply.error.message);
  }
  const bool stopped = reply.error.sqlstate == kQueryCanceled && (interrupt_.requested() || ctx_.expired(Clock::now()));
  auto error = RunError(stopped ? reasons::kInterrupted : reasons::kStatementFailed, reply.error.message);
  error.set_sqlstate(reply.error.sqlstate);
  error.set_detail(reply.error.detail);
  error.set_hint(reply.error.hint);
  return error;
}

v1::TaskRunError ScriptRunner::StatementError(std::size_t index, const Reply& reply) const {
  return At(ToRunError(reply), index, ErrorPosition((*run_.statements)[index], reply.error.position));
}

void ScriptRunner::Unknown(std::string_view what) {
  result_.outcome = Outcome::kUnknown;
  result_.evidence = fmt::format("backend {} of system {}: {}", backend_.pid,
                                 backend_.system_identifier.empty() ? "(unknown)" : backend_.system_identifier, what);
}

}  // namespace argus::target::postgres
