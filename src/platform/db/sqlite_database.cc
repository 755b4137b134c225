#include "platform/db/sqlite_database.h"

#include <optional>

#include "platform/base/reasons.h"
#include "platform/db/errors.h"
#include "platform/db/observation.h"
#include "platform/db/params.h"
#include "platform/db/pool.h"
#include "platform/db/sqlite_connection.h"

namespace argus::db {
namespace {

using Connections = Pool<SqliteConnection>;

// Runs and observes one statement.
Result<SqliteAnswer> RunNamed(SqliteConnection& connection, const Statement& statement, Params params,
                              const RequestContext& ctx, const Observer& observer) {
  Observation observation(observer, ctx);
  auto run = [&]() -> Result<SqliteAnswer> {
    ARGUS_ASSIGN(const BoundSql sql, Bind(Dialect::kSqlite, statement.sql, std::move(params)));
    return connection.Run(sql, Patience(ctx));
  };
  auto answer = run();
  observation.Report(statement.name, answer.ok());
  if (!answer.ok()) return InStatement(std::move(answer).error(), statement.name);
  return answer;
}

// Writes run at once: there is no round trip to save.
class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(Connections::Lease connection, RequestContext ctx, const Observer& observer)
      : connection_(std::move(connection)), ctx_(std::move(ctx)), observer_(observer) {}
  ~SqliteTransaction() override { connection_->Rollback(); }

  Result<Rows> Query(const Statement& statement, const Params& params) override {
    if (failure_) return *failure_;
    auto answer = RunNamed(*connection_, statement, params, ctx_, observer_);
    if (!answer.ok()) return Doom(std::move(answer).error());
    return std::move(answer->rows);
  }

  void Exec(const Statement& statement, Params params, Expect expect) override {
    if (failure_) return;
    auto answer = RunNamed(*connection_, statement, std::move(params), ctx_, observer_);
    if (!answer.ok()) {
      Doom(std::move(answer).error());
    } else if (expect == Expect::kOneRow && answer->affected != 1) {
      Doom(InStatement(UnexpectedRowCount(answer->affected), statement.name));
    }
  }

  Status Flush() override { return failure_ ? Status(*failure_) : Ok(); }

  Status RunScript(std::string_view script) override {
    ARGUS_RETURN_IF_ERROR(Flush());
    Observation observation(observer_, ctx_);
    auto status = connection_->RunScript(std::string(script), Patience(ctx_));
    observation.Report(kScript, status.ok());
    return status.ok() ? Ok() : Status(Doom(std::move(status).error()));
  }

  Status Commit() override {
    ARGUS_RETURN_IF_ERROR(Flush());
    Observation observation(observer_, ctx_);
    auto status = connection_->Commit();
    observation.Report(kCommit, status.ok());
    return status.ok() ? Ok() : Status(Doom(std::move(status).error()));
  }

 private:
  Error Doom(Error error) { return failure_.emplace(std::move(error)); }

  Connections::Lease connection_;
  const RequestContext ctx_;
  const Observer& observer_;
  std::optional<Error> failure_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, Options options)
      : path_(std::move(path)),
        options_(std::move(options)),
        writer_(1, [this](const Patience&) { return Connect(SqliteConnection::Mode::kReadWrite); }),
        readers_(options_.max_connections,
                 [this](const Patience&) { return Connect(SqliteConnection::Mode::kReadOnly); }) {}

  // The writer is opened first: it turns the file to WAL.
  Status Start() {
    auto writer = writer_.Acquire(Patience(options_.connect_timeout));
    return writer.ok() ? Ok() : Status(std::move(writer).error());
  }

  Dialect dialect() const override { return Dialect::kSqlite; }

  Result<Rows> Query(const RequestContext& ctx, const Statement& statement, const Params& params) override {
    ARGUS_ASSIGN(const auto reader, readers_.Acquire(Patience(ctx).AtMost(options_.acquire_timeout)));
    ARGUS_ASSIGN(SqliteAnswer answer, RunNamed(*reader, statement, params, ctx, options_.observer));
    return std::move(answer.rows);
  }

  Result<std::unique_ptr<Transaction>> Begin(const RequestContext& ctx) override {
    const Patience patience = Patience(ctx).AtMost(options_.acquire_timeout);
    ARGUS_ASSIGN(auto writer, writer_.Acquire(patience));
    Observation observation(options_.observer, ctx);
    const auto begun = writer->Begin(patience);
    observation.Report(kBegin, begun.ok());
    if (!begun.ok()) return begun.error();
    return std::unique_ptr<Transaction>(new SqliteTransaction(std::move(writer), ctx, options_.observer));
  }

  Result<Timestamp> Now(const RequestContext&) override { return SystemClock().Now(); }

  Status Ping(std::chrono::milliseconds timeout) override {
    ARGUS_ASSIGN(const auto connection, SqliteConnection::Open(path_, SqliteConnection::Mode::kReadOnly, timeout));
    return connection->RunScript("SELECT 1 FROM sqlite_schema LIMIT 1", Patience(timeout));
  }

  PoolUse pool_use() const override {
    const PoolUse writer = writer_.use(), readers = readers_.use();
    return {writer.open + readers.open, writer.lent + readers.lent, writer.capacity + readers.capacity};
  }

  Status Prepare(const Statement& statement) override {
    ARGUS_ASSIGN(const auto reader, readers_.Acquire(Patience(options_.acquire_timeout)));
    auto status = reader->Check(Render(Dialect::kSqlite, statement.sql));
    return status.ok() ? Ok() : Status(InStatement(std::move(status).error(), statement.name));
  }

 private:
  Result<std::unique_ptr<SqliteConnection>> Connect(SqliteConnection::Mode mode) {
    return SqliteConnection::Open(path_, mode, options_.acquire_timeout);
  }

  const std::string path_;
  const Options options_;
  Connections writer_;
  Connections readers_;
};

}  // namespace

Result<std::unique_ptr<Database>> OpenSqlite(std::string path, Options options) {
  if (path.empty() || path == ":memory:") {
    return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration, "A SQLite URL names a file: sqlite:<path>.");
  }
  auto database = std::make_unique<SqliteDatabase>(std::move(path), std::move(options));
  ARGUS_RETURN_IF_ERROR(database->Start());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace argus::db
