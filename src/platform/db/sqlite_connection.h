// One SQLite connection: pragmas, prepared statements, values, deadlines and error classes.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/base/result.h"
#include "platform/db/database.h"
#include "platform/db/params.h"
#include "platform/db/patience.h"

namespace argus::db {

struct SqliteAnswer {
  Rows rows;
  std::int64_t affected = 0;  // By the last INSERT, UPDATE or DELETE.
};

// Not thread-safe.
class SqliteConnection {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  // kReadWrite creates the file, readable by its owner only, when it does not exist. `busy_limit` bounds the wait for a
  // lock that another process holds.
  static Result<std::unique_ptr<SqliteConnection>> Open(const std::string& path, Mode mode,
                                                        std::chrono::milliseconds busy_limit);
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Runs one statement to its end; interrupted when `patience` is exhausted.
  Result<SqliteAnswer> Run(const BoundSql& sql, const Patience& patience);
  Status Begin(const Patience& patience) { return RunScript("BEGIN IMMEDIATE", patience); }
  // Not interrupted: a commit that has begun is waited for.
  Status Commit();
  void Rollback();
  Status RunScript(const std::string& script, const Patience& patience);
  // Parses without running.
  Status Check(const std::string& text);

  // For the pool: no transaction is left open.
  bool Healthy();

 private:
  struct CloseDatabase {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  class Watch;

  SqliteConnection(sqlite3* db, std::chrono::milliseconds busy_limit);
  static int OnBusy(void* self, int attempt);
  static int OnProgress(void* self);

  Result<StatementHandle> Compile(const std::string& text, unsigned flags);
  Result<sqlite3_stmt*> Prepared(const std::string& text);
  Result<SqliteAnswer> Step(sqlite3_stmt* statement);
  Error LastError() const;

  std::unique_ptr<sqlite3, CloseDatabase> db_;
  std::unordered_map<std::string, StatementHandle, TextHash, std::equal_to<>> statements_;
  const std::chrono::milliseconds busy_limit_;
  MonotonicTime busy_since_;
  const Patience* patience_ = nullptr;  // Of the call that runs; null when it may not be interrupted.
};

}  // namespace argus::db
