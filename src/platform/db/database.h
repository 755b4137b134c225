// The narrow waist to a SQL database that Argus owns: named statements, named parameters, transactions. One interface,
// two implementations (SQLite, PostgreSQL); the SQL text is written once, in what both accept.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "platform/base/result.h"
#include "platform/runtime/context.h"

namespace argus::db {

enum class Dialect { kSqlite, kPostgres };

// A named SQL text, an inline constexpr beside the store that runs it. Parameters are written `:name` and bound by
// name. A list parameter is written `IN (:names)` and bound to a vector; an empty list matches nothing.
struct Statement {
  std::string_view name;  // "plan.get": feeds metrics, spans and logs
  std::string_view sql;
};

struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

// A parameter: a scalar, or a list for IN.
struct Param {
  std::string_view name;
  std::variant<Value, std::vector<Value>> value;

  Param(std::string_view n, std::nullptr_t) : name(n), value(Value{}) {}
  Param(std::string_view n, bool v) : name(n), value(Value{std::int64_t{v}}) {}  // bool is SMALLINT
  Param(std::string_view n, std::int64_t v) : name(n), value(Value{v}) {}
  Param(std::string_view n, int v) : name(n), value(Value{std::int64_t{v}}) {}
  Param(std::string_view n, double v) : name(n), value(Value{v}) {}
  Param(std::string_view n, Timestamp v) : name(n), value(Value{ToMicros(v)}) {}
  Param(std::string_view n, std::string_view v) : name(n), value(Value{std::string(v)}) {}
  Param(std::string_view n, const std::string& v) : name(n), value(Value{v}) {}
  Param(std::string_view n, const char* v) : name(n), value(Value{std::string(v)}) {}
  Param(std::string_view n, Bytes v) : name(n), value(Value{std::move(v)}) {}
  Param(std::string_view n, Value v) : name(n), value(std::move(v)) {}
  Param(std::string_view n, std::vector<Value> v) : name(n), value(std::move(v)) {}
};
using Params = std::vector<Param>;

// One row of a result. Column access by name; asking for a column that the statement does not select, or for a value of
// another type, is a programming error and ends the process. NULL reads as 0, "" or 0.0 unless asked with IsNull.
class Row {
 public:
  Row(std::shared_ptr<const std::vector<std::string>> columns, std::vector<Value> values)
      : columns_(std::move(columns)), values_(std::move(values)) {}
  bool IsNull(std::string_view column) const;
  std::int64_t Int(std::string_view column) const;
  double Double(std::string_view column) const;
  bool Bool(std::string_view column) const { return Int(column) != 0; }
  Timestamp Time(std::string_view column) const { return FromMicros(Int(column)); }
  const std::string& Text(std::string_view column) const;
  const std::string& Blob(std::string_view column) const;

 private:
  const Value& At(std::string_view column) const;
  std::shared_ptr<const std::vector<std::string>> columns_;
  std::vector<Value> values_;
};
using Rows = std::vector<Row>;

// What a queued write must have touched when the transaction goes on; a breach is ABORTED / DATABASE_CONFLICT, which
// the caller may map to its own reason (stale etag, lost lease).
enum class Expect { kAny, kOneRow };

// A read-write transaction on one connection: SERIALIZABLE on PostgreSQL, BEGIN IMMEDIATE on SQLite. Not thread-safe
// and not outliving its Database. Any error dooms it: every later call repeats that error, and only rolling back is
// left. Destroying it without Commit rolls back.
class Transaction {
 public:
  virtual ~Transaction() = default;
  // Sends what is queued first.
  virtual Result<Rows> Query(const Statement& statement, const Params& params) = 0;
  // Queues a write; an error (constraint, conflict, Expect) surfaces at the next Query, Flush or Commit. On PostgreSQL
  // queued writes and COMMIT travel in one pipelined round trip where no Expect has to be checked before.
  virtual void Exec(const Statement& statement, Params params, Expect expect = Expect::kAny) = 0;
  virtual Status Flush() = 0;
  // Runs several statements without parameters, as migrations are written.
  virtual Status RunScript(std::string_view script) = 0;
  // Once sent, a commit is waited for up to 15 s even past the deadline: not knowing costs more. One whose answer is
  // lost is UNAVAILABLE and IsCommitUnknown: it may have happened.
  virtual Status Commit() = 0;
};

// True for the error of Expect::kOneRow, which Transact does not retry: the row is gone, not contended.
bool IsUnexpectedRowCount(const Error& error);
// True when COMMIT was sent and no answer came back; only reading the data again can tell the outcome.
bool IsCommitUnknown(const Error& error);

// Called once a statement, after it ended, on the calling thread. Must be quick and must not throw. In a pipeline the
// duration counts from the answer before it, so that durations add up to the time waited.
struct StatementEvent {
  std::string_view name;
  std::chrono::nanoseconds duration;
  bool ok;
};
using Observer = std::function<void(const RequestContext&, const StatementEvent&)>;

// Connections that are open, those of them that are lent out, and how many there may be.
struct PoolUse {
  std::size_t open = 0;
  std::size_t lent = 0;
  std::size_t capacity = 0;
};

struct Options {
  // "sqlite:<path>" or a libpq connection string/URI ("postgresql://…", several hosts allowed).
  std::string url;
  std::size_t max_connections = 8;
  std::chrono::milliseconds connect_timeout{5000};
  // How long a caller waits for a free connection or for SQLite's write lock before UNAVAILABLE.
  std::chrono::milliseconds acquire_timeout{10000};
  Observer observer;
};

// Thread-safe. Errors: UNAVAILABLE/DATABASE_UNAVAILABLE when it cannot be reached or stays locked, ABORTED/
// DATABASE_CONFLICT for serialization failures and deadlocks, ALREADY_EXISTS/DATABASE_CONSTRAINT for unique violations,
// FAILED_PRECONDITION/DATABASE_CONSTRAINT for other constraints, INVALID_ARGUMENT/INVALID_FIELD for text with a NUL
// byte or that is not UTF-8, INTERNAL/DATABASE_ERROR for the rest; the driver's text is the private cause. The
// context's deadline and cancel token are honoured: DEADLINE_EXCEEDED, CANCELLED. Connections are opened as needed and
// closed when idle.
class Database {
 public:
  virtual ~Database() = default;
  // Connects once, so that a wrong URL fails here: INVALID_ARGUMENT/INVALID_CONFIGURATION, or UNAVAILABLE.
  static Result<std::unique_ptr<Database>> Open(Options options);

  virtual Dialect dialect() const = 0;
  // One read statement outside a transaction.
  virtual Result<Rows> Query(const RequestContext& ctx, const Statement& statement, const Params& params) = 0;
  virtual Result<std::unique_ptr<Transaction>> Begin(const RequestContext& ctx) = 0;
  // The one clock that all replicas share, for leases: PostgreSQL's, or the local one on SQLite.
  virtual Result<Timestamp> Now(const RequestContext& ctx) = 0;
  // A connection that answers `SELECT 1` within `timeout`; for readiness, on a new connection of its own, which costs
  // some milliseconds: the caller limits how often it asks.
  virtual Status Ping(std::chrono::milliseconds timeout) = 0;
  // How full the pool is right now.
  virtual PoolUse pool_use() const = 0;
  // Parses `statement` on the server without running it; for the test that prepares every statement.
  virtual Status Prepare(const Statement& statement) = 0;

  // Runs `work` in a transaction and again, whole, with jittered backoff while it ends in ABORTED/DATABASE_CONFLICT
  // by serialization (at most `kMaxAttempts`). `work` must commit itself and must do no I/O beside the transaction.
  static constexpr int kMaxAttempts = 8;
  template <typename T>
  Result<T> Transact(const RequestContext& ctx, const std::function<Result<T>(Transaction&)>& work) {
    for (int attempt = 1;; ++attempt) {
      auto transaction = Begin(ctx);
      if (!transaction.ok()) return std::move(transaction).error();
      Result<T> result = work(**transaction);
      if (result.ok() || !ShouldRetry(ctx, result.error(), attempt)) return result;
      transaction->reset();  // Rolls back before the pause, so that the pause holds no lock.
      Backoff(attempt);
    }
  }

 protected:
  static bool ShouldRetry(const RequestContext& ctx, const Error& error, int attempt);
  static void Backoff(int attempt);
};

}  // namespace argus::db
