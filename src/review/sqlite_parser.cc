// SQLite's own parser, asked by preparing statements on an empty copy of the schema in memory.
#include <sqlite3.h>

#include <memory>
#include <string>

#include "review/parser.h"
#include "review/sqlite_statement.h"
#include "review/statement_type.h"

namespace argus::review {
namespace {

// What one statement may cost: steps of SQLite's virtual machine (about a second) and pages of the copy (64 MiB).
constexpr int kStepLimit = 20'000'000;
constexpr auto kSetUp = "PRAGMA temp_store = MEMORY; PRAGMA max_page_count = 16384; PRAGMA journal_mode = OFF";

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Prepared = std::unique_ptr<sqlite3_stmt, Close>;

// Nothing that a statement says reaches beyond the copy: no file, no setting, no foreign code.
int Authorize(void*, int action, const char*, const char* second, const char*, const char*) {
  const bool loads = action == SQLITE_FUNCTION && second != nullptr && sqlite3_stricmp(second, "load_extension") == 0;
  const bool leaves = action == SQLITE_ATTACH || action == SQLITE_DETACH || action == SQLITE_PRAGMA;
  return loads || leaves ? SQLITE_DENY : SQLITE_OK;
}

Database OpenInMemory() {
  sqlite3* raw = nullptr;
  sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, nullptr);
  Database database(raw);
  sqlite3_exec(raw, kSetUp, nullptr, nullptr, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_set_authorizer(raw, Authorize, nullptr);
  sqlite3_progress_handler(
      raw, kStepLimit, [](void*) { return 1; }, nullptr);
  return database;
}

bool IsLimit(int code, std::string_view message) {
  const int primary = code & 0xff;
  return primary == SQLITE_NOMEM || primary == SQLITE_INTERRUPT || primary == SQLITE_TOOBIG || primary == SQLITE_FULL ||
         message == "parser stack overflow";
}

bool IsSyntaxError(std::string_view message) {
  return message.ends_with(": syntax error") || message == "incomplete input" ||
         message.starts_with("unrecognized token:");
}

class SqliteParser final : public Parser {
 public:
  SqliteParser(const std::vector<std::string>& schema, bool schema_known)
      : database_(OpenInMemory()), schema_known_(schema_known) {
    // Views and triggers may be older than what they name; what cannot be copied is missing.
    for (const auto& sql : schema) sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  }

  Parse Judge(std::string_view text) override {
    const int code = Run(text);
    const std::string message = sqlite3_errmsg(database_.get());
    if (code != SQLITE_OK && IsLimit(code, message)) return {.outcome = Outcome::kTooComplex, .message = message};
    if (code != SQLITE_OK && IsSyntaxError(message)) return SyntaxError(text, message);
    Parse parse{.statement = ReadSqliteStatement(text)};
    parse.outcome = code == SQLITE_OK ? Outcome::kParsed : Refusal(code, message);
    if (parse.outcome != Outcome::kParsed) parse.message = message;
    return parse;
  }

 private:
  // Definitions take effect, everything else is only prepared.
  int Run(std::string_view text) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v2(database_.get(), text.data(), static_cast<int>(text.size()), &raw, nullptr);
    const Prepared statement(raw);
    if (code != SQLITE_OK || !IsDefinition(StatementType(text, sql::Engine::kSqlite))) return code;
    const int step = sqlite3_step(statement.get());
    return step == SQLITE_DONE || step == SQLITE_ROW ? SQLITE_OK : step;
  }

  Parse SyntaxError(std::string_view text, std::string message) const {
    const int offset = sqlite3_error_offset(database_.get());
    return {.outcome = Outcome::kSyntaxError,
            .message = std::move(message),
            .offset = offset < 0 ? text.size() : static_cast<std::size_t>(offset)};
  }

  Outcome Refusal(int code, std::string_view message) const {
    if ((code & 0xff) == SQLITE_AUTH) return Outcome::kParsed;
    if (!message.starts_with("no such ")) return Outcome::kRefused;
    return schema_known_ ? Outcome::kObjectNotFound : Outcome::kParsed;
  }

  Database database_;
  bool schema_known_;
};

}  // namespace

std::unique_ptr<Parser> NewSqliteParser(const std::vector<std::string>& schema, bool schema_known) {
  return std::make_unique<SqliteParser>(schema, schema_known);
}

}  // namespace argus::review
