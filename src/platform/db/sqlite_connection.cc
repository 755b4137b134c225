#include "platform/db/sqlite_connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "platform/db/errors.h"

namespace argus::db {
namespace {

constexpr std::size_t kMaxStatements = 256;
// Virtual machine steps between two looks at the deadline: well under a millisecond.
constexpr int kStepsBetweenLooks = 10000;
constexpr std::chrono::milliseconds kBusyPause{2};

constexpr char kSetup[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;";
constexpr char kReadOnlySetup[] = "PRAGMA foreign_keys = ON; PRAGMA query_only = ON;";

// SQLite would create the file with the permissions of the umask; the WAL inherits those of the file.
Status CreatePrivately(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) return Unavailable(fmt::format("cannot open {}: errno {}", path, errno));
  close(fd);
  return Ok();
}

Error Classify(int code, std::string cause) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return UniqueViolation(std::move(cause));
  }
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return ConstraintViolation(std::move(cause));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      return Unavailable(std::move(cause));
    default:
      return StatementRefused(std::move(cause));
  }
}

int BindValue(sqlite3_stmt* statement, int index, const Value& value) {
  struct Visitor {
    sqlite3_stmt* statement;
    int index;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
    int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, index, v); }
    int operator()(double v) const { return sqlite3_bind_double(statement, index, v); }
    int operator()(const std::string& v) const {
      return sqlite3_bind_text64(statement, index, v.data(), v.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(const Bytes& v) const {
      return sqlite3_bind_blob64(statement, index, v.data.data() ? v.data.data() : "", v.data.size(), SQLITE_STATIC);
    }
  };
  return std::visit(Visitor{statement, index}, value);
}

std::string_view ColumnBytes(sqlite3_stmt* statement, int column) {
  const void* data = sqlite3_column_blob(statement, column);  // Null for an empty value.
  return {static_cast<const char*>(data), data ? static_cast<std::size_t>(sqlite3_column_bytes(statement, column)) : 0};
}

Value ColumnValue(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, column);
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT:
      return std::string(ColumnBytes(statement, column));
    case SQLITE_BLOB:
      return Bytes{std::string(ColumnBytes(statement, column))};
    default:
      return Value{};
  }
}

std::vector<Value> RowValues(sqlite3_stmt* statement) {
  const int count = sqlite3_column_count(statement);
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(count));
  for (int column = 0; column < count; ++column) values.push_back(ColumnValue(statement, column));
  return values;
}

std::shared_ptr<const std::vector<std::string>> ColumnNames(sqlite3_stmt* statement) {
  auto names = std::make_shared<std::vector<std::string>>();
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    names->emplace_back(sqlite3_column_name(statement, column));
  }
  return names;
}

// Ends the statement's read transaction and lets go of the values it was bound to.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

// Lets the handlers see the patience of the call that runs.
class SqliteConnection::Watch {
 public:
  Watch(SqliteConnection* connection, const Patience* patience) : connection_(connection) {
    connection_->patience_ = patience;
  }
  ~Watch() { connection_->patience_ = nullptr; }

 private:
  SqliteConnection* connection_;
};

SqliteConnection::SqliteConnection(sqlite3* db, std::chrono::milliseconds busy_limit)
    : db_(db), busy_limit_(busy_limit) {
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_handler(db, &SqliteConnection::OnBusy, this);
  sqlite3_progress_handler(db, kStepsBetweenLooks, &SqliteConnection::OnProgress, this);
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path, Mode mode,
                                                                 std::chrono::milliseconds busy_limit) {
  if (mode == Mode::kReadWrite) ARGUS_RETURN_IF_ERROR(CreatePrivately(path));
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    sqlite3_close_v2(db);
    return Classify(code, fmt::format("cannot open {}: {}", path, sqlite3_errstr(code)));
  }
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(db, busy_limit));
  const char* setup = mode == Mode::kReadOnly ? kReadOnlySetup : kSetup;
  ARGUS_RETURN_IF_ERROR(connection->RunScript(setup, Patience(busy_limit)));
  return connection;
}

int SqliteConnection::OnBusy(void* self, int attempt) {
  auto* connection = static_cast<SqliteConnection*>(self);
  const auto now = std::chrono::steady_clock::now();
  if (attempt == 0) connection->busy_since_ = now;
  if (now - connection->busy_since_ >= connection->busy_limit_) return 0;
  if (connection->patience_ && connection->patience_->Exhausted()) return 0;
  std::this_thread::sleep_for(kBusyPause);
  return 1;
}

int SqliteConnection::OnProgress(void* self) {
  const Patience* patience = static_cast<SqliteConnection*>(self)->patience_;
  return patience && patience->Exhausted() ? 1 : 0;
}

Error SqliteConnection::LastError() const {
  const int code = sqlite3_extended_errcode(db_.get());
  const int primary = code & 0xFF;
  if ((primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY) && patience_ && patience_->Exhausted()) {
    return patience_->Failure("the database");
  }
  return Classify(code, fmt::format("{} ({})", sqlite3_errmsg(db_.get()), sqlite3_errstr(code)));
}

Result<SqliteConnection::StatementHandle> SqliteConnection::Compile(const std::string& text, unsigned flags) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int size = static_cast<int>(text.size()) + 1;
  if (sqlite3_prepare_v3(db_.get(), text.c_str(), size, flags, &statement, &tail) != SQLITE_OK) return LastError();
  StatementHandle handle(statement);
  if (!handle) return StatementRefused("no statement");
  if (std::string_view(tail).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return StatementRefused("more than one statement");
  }
  return handle;
}

Result<sqlite3_stmt*> SqliteConnection::Prepared(const std::string& text) {
  if (auto cached = statements_.find(text); cached != statements_.end()) return cached->second.get();
  ARGUS_ASSIGN(StatementHandle statement, Compile(text, SQLITE_PREPARE_PERSISTENT));
  if (statements_.size() >= kMaxStatements) statements_.clear();
  return statements_.emplace(text, std::move(statement)).first->second.get();
}

Result<SqliteAnswer> SqliteConnection::Run(const BoundSql& sql, const Patience& patience) {
  Watch watch(this, &patience);
  ARGUS_ASSIGN(sqlite3_stmt * statement, Prepared(sql.text));
  Reset reset{statement};
  for (std::size_t n = 0; n < sql.values.size(); ++n) {
    if (BindValue(statement, static_cast<int>(n) + 1, sql.values[n]) != SQLITE_OK) return LastError();
  }
  return Step(statement);
}

Result<SqliteAnswer> SqliteConnection::Step(sqlite3_stmt* statement) {
  SqliteAnswer answer;
  std::shared_ptr<const std::vector<std::string>> columns;
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    if (!columns) columns = ColumnNames(statement);
    answer.rows.emplace_back(columns, RowValues(statement));
  }
  if (code != SQLITE_DONE) return LastError();
  answer.affected = sqlite3_changes64(db_.get());
  return answer;
}

Status SqliteConnection::RunScript(const std::string& script, const Patience& patience) {
  Watch watch(this, &patience);
  if (sqlite3_exec(db_.get(), script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return LastError();
  return Ok();
}

Status SqliteConnection::Commit() {
  if (sqlite3_exec(db_.get(), "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) return LastError();
  return Ok();
}

// Nothing can be done about a failure here; Healthy will tell the pool.
void SqliteConnection::Rollback() {
  if (!sqlite3_get_autocommit(db_.get())) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Status SqliteConnection::Check(const std::string& text) {
  auto compiled = Compile(text, 0);
  return compiled.ok() ? Ok() : Status(std::move(compiled).error());
}

bool SqliteConnection::Healthy() { return sqlite3_get_autocommit(db_.get()) != 0; }

}  // namespace argus::db
