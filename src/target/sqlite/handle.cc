#include "target/sqlite/handle.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "platform/lang/sql/lexer.h"
#include "target/sqlite/files.h"
#include "target/sqlite/guard.h"

namespace argus::target::sqlite {
namespace {

using Clock = std::chrono::steady_clock;

// Virtual machine steps between two looks at the limits: well below a millisecond.
constexpr int kStepsBetweenLooks = 10000;
constexpr int kLongestNapMillis = 25;

Error CannotOpen(std::string_view why) {
  return Error(Code::kFailedPrecondition, reasons::kConnectionFailed, fmt::format("the database file: {}", why));
}

// SQLite prepares the first statement of a text and leaves the rest: nothing may hide there.
bool HoldsSql(std::string_view tail) {
  return sql::Lexer(tail, sql::Engine::kSqlite).NextSignificant().kind != sql::TokenKind::kEnd;
}

Cells ReadRow(sqlite3_stmt* statement) {
  Cells cells;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    if (text == nullptr) {
      cells.emplace_back();
    } else {
      cells.emplace_back(std::in_place, text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
  }
  return cells;
}

}  // namespace

Result<std::unique_ptr<Handle>> Handle::Open(const ConnectionSpec& spec) {
  std::unique_ptr<Handle> handle(new Handle);
  ARGUS_ASSIGN(handle->path_, DatabasePath(spec));
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE | (spec.create_missing ? SQLITE_OPEN_CREATE : 0);
  const int opened = sqlite3_open_v2(handle->path_.c_str(), &database, flags, nullptr);
  handle->database_.reset(database);
  if (opened != SQLITE_OK) return CannotOpen(sqlite3_errstr(opened));
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  handle->SetLimits({}, spec.connect_timeout);
  if (const auto error = handle->Exec("PRAGMA synchronous = FULL; SELECT count(*) FROM sqlite_schema")) {
    return CannotOpen(error->message);
  }
  return handle;
}

void Handle::SetLimits(std::function<bool()> stop, std::chrono::milliseconds lock_timeout) {
  stop_ = std::move(stop);
  lock_timeout_ = lock_timeout;
  sqlite3_progress_handler(database_.get(), stop_ ? kStepsBetweenLooks : 0, OnProgress, this);
  sqlite3_busy_handler(database_.get(), OnBusy, this);
}

int Handle::OnProgress(void* self) { return static_cast<Handle*>(self)->stop_() ? 1 : 0; }

int Handle::OnBusy(void* self, int count) {
  auto& handle = *static_cast<Handle*>(self);
  const auto now = Clock::now();
  if (count == 0) handle.busy_since_ = now;
  const bool late = handle.lock_timeout_.count() > 0 && now - handle.busy_since_ >= handle.lock_timeout_;
  if (late || (handle.stop_ && handle.stop_())) return 0;
  sqlite3_sleep(std::min(1 + count, kLongestNapMillis));
  return 1;
}

SqliteError Handle::LastError() const {
  return {sqlite3_extended_errcode(database_.get()), ReplaceInvalidUtf8(sqlite3_errmsg(database_.get())),
          sqlite3_error_offset(database_.get())};
}

std::optional<SqliteError> Handle::Exec(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? std::nullopt : std::optional(LastError());
}

Result<std::vector<Cells>> Handle::Query(const std::string& sql, const std::vector<std::string>& params) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &prepared, nullptr) != SQLITE_OK) {
    return QueryError(LastError());
  }
  const Statement statement(prepared);
  for (std::size_t i = 0; i < params.size(); ++i) {
    sqlite3_bind_text64(prepared, static_cast<int>(i) + 1, params[i].data(), params[i].size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }
  std::vector<Cells> rows;
  int code;
  while ((code = sqlite3_step(prepared)) == SQLITE_ROW) rows.push_back(ReadRow(prepared));
  if (code != SQLITE_DONE) return QueryError(LastError());
  return rows;
}

std::optional<SqliteError> Handle::ExecuteForeign(std::string_view sql, std::int64_t* changes) {
  Guard guard(database_.get());
  auto error = RunForeign(sql, changes);
  if (error && error->primary() == SQLITE_AUTH && !guard.refusal().empty()) error->message = guard.refusal();
  return error;
}

std::optional<SqliteError> Handle::RunForeign(std::string_view sql, std::int64_t* changes) {
  *changes = 0;
  if (sql.size() > static_cast<std::size_t>(sqlite3_limit(database_.get(), SQLITE_LIMIT_SQL_LENGTH, -1))) {
    return SqliteError{SQLITE_TOOBIG, "the statement is too long", -1};
  }
  sqlite3_stmt* prepared = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &prepared, &tail) != SQLITE_OK) {
    return LastError();
  }
  const Statement statement(prepared);
  if (prepared == nullptr) return std::nullopt;
  const auto tail_offset = static_cast<std::size_t>(tail - sql.data());
  if (HoldsSql(sql.substr(std::min(tail_offset, sql.size())))) {
    return SqliteError{SQLITE_ERROR, "the text holds more than one statement", static_cast<int>(tail_offset)};
  }
  const auto before = sqlite3_total_changes64(database_.get());
  int code;
  while ((code = sqlite3_step(prepared)) == SQLITE_ROW) {
  }
  if (code != SQLITE_DONE) return LastError();
  if (sqlite3_total_changes64(database_.get()) != before) *changes = sqlite3_changes64(database_.get());
  return std::nullopt;
}

Error QueryError(const SqliteError& error) {
  return Error(Code::kFailedPrecondition, reasons::kStatementFailed, error.message)
      .WithMetadata("sqliteCode", std::to_string(error.code));
}

}  // namespace argus::target::sqlite
