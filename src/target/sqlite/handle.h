// One open SQLite database file.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "target/driver.h"

namespace argus::target::sqlite {

struct SqliteError {
  int code = SQLITE_OK;  // extended result code
  std::string message;
  int offset = -1;  // In bytes of the text; -1: none.
  int primary() const { return code & 0xff; }
};

using Cells = std::vector<std::optional<std::string>>;

// Foreign statements are held to what a script may do (no ATTACH, no transaction control, no pragma that weakens the
// file). Not thread-safe but for Interrupt.
class Handle {
 public:
  // The file must exist unless `spec.create_missing`. synchronous is FULL: a commit that is answered lasts.
  static Result<std::unique_ptr<Handle>> Open(const ConnectionSpec& spec);

  // `stop` is asked now and then while a statement runs or waits for a lock: true interrupts it (SQLITE_INTERRUPT). A
  // lock is waited for until `stop` or `lock_timeout` (zero: only `stop`). An empty function never stops.
  void SetLimits(std::function<bool()> stop, std::chrono::milliseconds lock_timeout);
  // Thread-safe, as long as the handle lives.
  void Interrupt() { sqlite3_interrupt(database_.get()); }

  // Our own text, one or more statements without results.
  std::optional<SqliteError> Exec(const std::string& sql);
  // Our own query with text parameters.
  Result<std::vector<Cells>> Query(const std::string& sql, const std::vector<std::string>& params = {});
  // A foreign statement: its rows are dropped, the number of rows it changed is left in `changes`.
  std::optional<SqliteError> ExecuteForeign(std::string_view sql, std::int64_t* changes);

  bool in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }
  bool read_only() const { return sqlite3_db_readonly(database_.get(), "main") == 1; }
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* d) const { sqlite3_close_v2(d); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  Handle() = default;
  SqliteError LastError() const;
  std::optional<SqliteError> RunForeign(std::string_view sql, std::int64_t* changes);
  static int OnProgress(void* self);
  static int OnBusy(void* self, int count);

  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
  std::function<bool()> stop_;
  std::chrono::milliseconds lock_timeout_{0};
  MonotonicTime busy_since_;
};

// STATEMENT_FAILED, with SQLite's message.
Error QueryError(const SqliteError& error);

}  // namespace argus::target::sqlite
