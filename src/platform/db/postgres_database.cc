#include "platform/db/postgres_database.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "platform/db/errors.h"
#include "platform/db/observation.h"
#include "platform/db/params.h"
#include "platform/db/pg_connection.h"
#include "platform/db/pg_parameters.h"
#include "platform/db/pool.h"

namespace argus::db {
namespace {

using Connections = Pool<PgConnection>;

// Once COMMIT is on its way nothing is won by giving up early: not knowing costs the caller more than waiting.
constexpr std::chrono::milliseconds kCommitLimit{15000};
constexpr std::chrono::milliseconds kRollbackLimit{3000};

constexpr Statement kNow{"clock.now", "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS now"};
constexpr Statement kPing{"ping", "SELECT 1 AS one"};

class PostgresTransaction final : public Transaction {
 public:
  PostgresTransaction(Connections::Lease connection, RequestContext ctx, const Observer& observer)
      : connection_(std::move(connection)), ctx_(std::move(ctx)), observation_(observer, ctx_) {}
  ~PostgresTransaction() override { Rollback(); }

  Result<Rows> Query(const Statement& statement, const Params& params) override {
    Queue(statement, params, Expect::kAny);
    ARGUS_RETURN_IF_ERROR(Exchange(Patience(ctx_)));
    return std::exchange(rows_, {});
  }

  void Exec(const Statement& statement, Params params, Expect expect) override {
    Queue(statement, std::move(params), expect);
  }

  Status Flush() override { return Exchange(Patience(ctx_)); }

  Status RunScript(std::string_view script) override {
    BeginOnce();
    connection_->Send("SET LOCAL statement_timeout = 0");
    steps_.push_back({kScript, Expect::kAny});
    ARGUS_RETURN_IF_ERROR(Exchange(Patience(ctx_)));
    auto status = connection_->RunScript(std::string(script), Patience(ctx_));
    observation_.Report(kScript, status.ok());
    return status.ok() ? Ok() : Status(Doom(std::move(status).error(), kScript));
  }

  Status Commit() override {
    if (failure_) return *failure_;
    if (!begun_) return Ok();
    if (awaits_row_count_) ARGUS_RETURN_IF_ERROR(Flush());
    const Patience patience(ctx_);
    if (patience.Exhausted()) return Doom(patience.Failure("the commit"), kCommit);
    committing_ = true;
    Send(kCommit, BoundSql{"COMMIT", {}}, Expect::kAny);
    ARGUS_RETURN_IF_ERROR(Exchange(Patience(kCommitLimit)));
    begun_ = false;
    return Ok();
  }

 private:
  struct Step {
    std::string_view name;
    Expect expect;
  };

  void Queue(const Statement& statement, Params params, Expect expect) {
    if (failure_) return;
    auto sql = Bind(Dialect::kPostgres, statement.sql, std::move(params));
    if (!sql.ok()) {
      Doom(std::move(sql).error(), statement.name);
      return;
    }
    BeginOnce();
    Send(statement.name, *sql, expect);
  }

  void BeginOnce() {
    if (!std::exchange(begun_, true)) Send(kBegin, BoundSql{"BEGIN ISOLATION LEVEL SERIALIZABLE", {}}, Expect::kAny);
  }

  void Send(std::string_view name, const BoundSql& sql, Expect expect) {
    if (steps_.empty()) observation_.Restart();
    connection_->Send(sql);
    steps_.push_back({name, expect});
    awaits_row_count_ |= expect == Expect::kOneRow;
  }

  // One round trip for all that is queued.
  Status Exchange(const Patience& patience) {
    if (failure_) return *failure_;
    if (steps_.empty()) return Ok();
    PgExchange exchange = connection_->Sync(patience);
    const auto steps = std::exchange(steps_, {});
    awaits_row_count_ = false;
    for (std::size_t n = 0; n < exchange.answers.size(); ++n) {
      observation_.ReportAt(steps[n].name, true, exchange.answers[n].arrived);
      if (!failure_) Check(steps[n], exchange.answers[n]);
    }
    if (exchange.failure) Fail(steps[exchange.answers.size()].name, exchange);
    if (failure_) return *failure_;
    rows_ = std::move(exchange.answers.back().rows);
    return Ok();
  }

  void Check(const Step& step, const PgAnswer& answer) {
    if (step.expect == Expect::kOneRow && answer.affected != 1) Doom(UnexpectedRowCount(answer.affected), step.name);
    if (step.name != kCommit) return;
    if (auto confirmed = ConfirmCommit(answer); !confirmed.ok()) Doom(std::move(confirmed).error(), step.name);
  }

  void Fail(std::string_view step, const PgExchange& exchange) {
    observation_.Report(step, false);
    if (committing_ && exchange.last_in_doubt) {
      Doom(CommitUnknown(exchange.failure->ToString()), step);
    } else {
      Doom(*exchange.failure, step);
    }
  }

  Error Doom(Error error, std::string_view step) {
    if (!failure_) failure_ = InStatement(std::move(error), step);
    return *failure_;
  }

  // Collects what is still under way, then ends the transaction. A connection that cannot is closed by the pool.
  void Rollback() {
    if (!begun_) return;
    const Patience patience(kRollbackLimit);
    if (!steps_.empty()) connection_->Sync(patience);
    if (!connection_->InTransaction()) return;
    connection_->Send("ROLLBACK");
    connection_->Sync(patience);
  }

  Connections::Lease connection_;
  const RequestContext ctx_;
  Observation observation_;
  std::vector<Step> steps_;  // What was sent since the last exchange.
  Rows rows_;                // Of the last statement.
  std::optional<Error> failure_;
  bool begun_ = false;
  bool committing_ = false;
  bool awaits_row_count_ = false;
};

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(std::vector<PgKeywords> hosts, Options options)
      : hosts_(std::move(hosts)),
        options_(std::move(options)),
        limits_{options_.connect_timeout, options_.acquire_timeout},
        connections_(options_.max_connections,
                     [this](const Patience& patience) { return PgConnection::Open(hosts_, limits_, patience); }) {}

  Status Start() {
    auto connection = connections_.Acquire(Patience(options_.connect_timeout));
    return connection.ok() ? Ok() : Status(std::move(connection).error());
  }

  Dialect dialect() const override { return Dialect::kPostgres; }

  Result<Rows> Query(const RequestContext& ctx, const Statement& statement, const Params& params) override {
    ARGUS_ASSIGN(const BoundSql sql, Bind(Dialect::kPostgres, statement.sql, params));
    ARGUS_ASSIGN(const auto connection, Acquire(ctx));
    Observation observation(options_.observer, ctx);
    connection->Send(sql);
    PgExchange exchange = connection->Sync(Patience(ctx));
    observation.Report(statement.name, !exchange.failure);
    if (exchange.failure) return InStatement(std::move(*exchange.failure), statement.name);
    return std::move(exchange.answers.front().rows);
  }

  Result<std::unique_ptr<Transaction>> Begin(const RequestContext& ctx) override {
    ARGUS_ASSIGN(auto connection, Acquire(ctx));
    return std::unique_ptr<Transaction>(new PostgresTransaction(std::move(connection), ctx, options_.observer));
  }

  Result<Timestamp> Now(const RequestContext& ctx) override {
    ARGUS_ASSIGN(const Rows rows, Query(ctx, kNow, {}));
    return rows.front().Time("now");
  }

  Status Ping(std::chrono::milliseconds timeout) override {
    const Patience patience(timeout);
    ARGUS_ASSIGN(const auto connection, PgConnection::Open(hosts_, limits_, patience));
    connection->Send(kPing.sql);
    PgExchange exchange = connection->Sync(patience);
    return exchange.failure ? Status(std::move(*exchange.failure)) : Ok();
  }

  PoolUse pool_use() const override { return connections_.use(); }

  Status Prepare(const Statement& statement) override {
    ARGUS_ASSIGN(const auto connection, connections_.Acquire(Patience(options_.acquire_timeout)));
    connection->SendCheck(Render(Dialect::kPostgres, statement.sql));
    PgExchange exchange = connection->Sync(Patience(options_.acquire_timeout));
    return exchange.failure ? Status(InStatement(std::move(*exchange.failure), statement.name)) : Ok();
  }

 private:
  Result<Connections::Lease> Acquire(const RequestContext& ctx) {
    return connections_.Acquire(Patience(ctx).AtMost(options_.acquire_timeout));
  }

  const std::vector<PgKeywords> hosts_;
  const Options options_;
  const PgConnection::Limits limits_;
  Connections connections_;
};

}  // namespace

Result<std::unique_ptr<Database>> OpenPostgres(Options options) {
  ARGUS_ASSIGN(std::vector<PgKeywords> hosts, ParsePgUrl(options.url));
  auto database = std::make_unique<PostgresDatabase>(std::move(hosts), std::move(options));
  ARGUS_RETURN_IF_ERROR(database->Start());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace argus::db
