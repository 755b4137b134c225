#include "target/sqlite/script_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include "domain/reasons.h"
#include "target/run_result.h"
#include "target/sqlite/foreign_keys.h"
#include "target/sqlite/marker.h"
#include "target/transactional.h"

namespace argus::target::sqlite {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// How long COMMIT waits for readers of the file.
constexpr milliseconds kCommitPatience{10000};

}  // namespace

RunResult ScriptRunner::Run() {
  if (const auto status = CheckTransactional(*run_.statements, sql::Engine::kSqlite); !status.ok()) {
    return NotApplied(RunError(status.error()));
  }
  {
    const ForeignKeysScope foreign_keys(handle_, *run_.statements);
    if (Announce() && Begin() && ExecuteStatements() && CheckProof()) Commit();
    handle_.SetLimits({}, kCommitPatience);
  }
  return std::move(result_);
}

bool ScriptRunner::Announce() {
  if (!StillWanted()) return false;
  if (handle_.read_only()) {
    return FailWith(NotApplied(RunError(reasons::kTargetReadOnly, "the database file cannot be written")));
  }
  Limit(milliseconds(0), milliseconds(0));
  if (const auto error = EnsureMarkerTable(handle_)) return FailWith(*error);
  const Backend backend{getpid(), "", handle_.path(), "", v1::TaskRun::MARKER};
  if (const auto status = observer_.OnBackend(backend); !status.ok())
    return FailWith(NotApplied(RunError(status.error())));
  return true;
}

bool ScriptRunner::Begin() {
  if (!StillWanted()) return false;
  if (const auto error = handle_.Exec("BEGIN IMMEDIATE")) return FailWith(*error);
  const auto error = InsertMarker(handle_, run_.marker);
  if (!error) return true;
  if (error->code != SQLITE_CONSTRAINT_PRIMARYKEY) return FailWith(*error);
  ExplainRefusedMarker(*error);
  return false;
}

void ScriptRunner::ExplainRefusedMarker(const SqliteError& error) {
  FailWith(error);
  auto marker = ReadMarker(handle_, run_.marker.task);
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
  Limit(run_.statement_timeout, run_.lock_timeout);
  StatementReport report{.index = index};
  const auto error = handle_.ExecuteForeign((*run_.statements)[index].text, &report.rows_affected);
  report.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  if (error) {
    const auto run_error = StatementError(index, *error);
    report.error = &run_error;
    observer_.AfterStatement(report);
    return FailWith(NotApplied(run_error));
  }
  observer_.AfterStatement(report);
  result_.rows_affected += report.rows_affected;
  ++result_.statements_done;
  return true;
}

bool ScriptRunner::CheckProof() {
  if (!StillWanted()) return false;
  Limit(milliseconds(0), milliseconds(0));
  if (!HasMarker(handle_, run_.marker)) {
    if (!StillWanted()) return false;
    return FailWith(
        NotApplied(RunError(reasons::kMarkerLost, fmt::format("the script removed its marker from {}", kMarkerTable))));
  }
  if (const auto status = observer_.BeforeCommit(""); !status.ok())
    return FailWith(NotApplied(RunError(status.error())));
  return true;
}

// After an I/O error nobody can say what the file holds until it is opened again: the log may keep the commit.
void ScriptRunner::Commit() {
  if (!StillWanted()) return;
  if (!interrupt_.Seal()) {
    FailWith(NotApplied(RunError(reasons::kInterrupted, "the run was canceled")));
    return;
  }
  handle_.SetLimits({}, kCommitPatience);
  const auto error = handle_.Exec("COMMIT");
  if (!error) {
    result_.outcome = Outcome::kCommitted;
  } else if (error->primary() == SQLITE_IOERR) {
    if (handle_.in_transaction()) handle_.Exec("ROLLBACK");
    result_.outcome = Outcome::kUnknown;
    result_.evidence = fmt::format("COMMIT to {} failed: {}", handle_.path(), error->message);
  } else {
    FailWith(*error);
  }
}

void ScriptRunner::Limit(milliseconds statement_timeout, milliseconds lock_timeout) {
  const auto until = statement_timeout.count() > 0 ? Clock::now() + statement_timeout : MonotonicTime::max();
  handle_.SetLimits([this, until] { return Expired() || Clock::now() >= until; }, lock_timeout);
}

bool ScriptRunner::Expired() const { return interrupt_.requested() || ctx_.expired(Clock::now()); }

bool ScriptRunner::StillWanted() {
  if (!Expired()) return true;
  const bool canceled = interrupt_.requested() || ctx_.cancel->cancelled();
  return FailWith(
      NotApplied(RunError(reasons::kInterrupted, canceled ? "the run was canceled" : "the run took too long")));
}

bool ScriptRunner::FailWith(const SqliteError& error) { return FailWith(NotApplied(ToRunError(error))); }

bool ScriptRunner::FailWith(RunResult result) {
  result.statements_done = result_.statements_done;
  result_ = std::move(result);
  handle_.SetLimits({}, kCommitPatience);
  if (handle_.in_transaction()) handle_.Exec("ROLLBACK");
  return false;
}

v1::TaskRunError ScriptRunner::ToRunError(const SqliteError& error) const {
  const bool stopped = (error.primary() == SQLITE_INTERRUPT || error.primary() == SQLITE_BUSY) && Expired();
  auto run_error = RunError(stopped ? reasons::kInterrupted : reasons::kStatementFailed, error.message);
  run_error.set_detail(fmt::format("SQLite result code {}", error.code));
  return run_error;
}

v1::TaskRunError ScriptRunner::StatementError(std::size_t index, const SqliteError& error) const {
  const auto& statement = (*run_.statements)[index];
  const auto position = error.offset < 0
                            ? statement.start
                            : sql::PositionAt(statement.text, static_cast<std::size_t>(error.offset), statement.start);
  return At(ToRunError(error), index, position);
}

}  // namespace argus::target::sqlite
