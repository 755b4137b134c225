// What only PostgreSQL can do to us.
#include "platform/db/postgres_database.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "platform/base/reasons.h"
#include "platform/db/pg_connection.h"
#include "tests/support/fresh_database.h"
#include "tests/support/postgres_server.h"

namespace argus::db {
namespace {

using std::chrono::milliseconds;

constexpr Statement kInsert{"t.insert", "INSERT INTO t (id) VALUES (:id)"};
constexpr Statement kCount{"t.count", "SELECT COUNT(*) AS n FROM t"};
constexpr Statement kPid{"pid", "SELECT pg_backend_pid() AS pid"};
constexpr Statement kTerminate{"terminate", "SELECT pg_terminate_backend(CAST(:pid AS INTEGER), 5000) AS done"};

class PostgresDatabaseTest : public testing::Test {
 protected:
  PostgresDatabaseTest() {
    auto transaction = std::move(database_->Begin({})).value();
    EXPECT_TRUE(transaction->RunScript("CREATE TABLE t (id BIGINT PRIMARY KEY)").ok());
    EXPECT_TRUE(transaction->Commit().ok());
  }

  // Ends the session of `transaction`, and waits until it is gone.
  void Terminate(Transaction& transaction) {
    const auto pid = transaction.Query(kPid, {}).value().front().Int("pid");
    EXPECT_TRUE(killer_->Query({}, kTerminate, {{"pid", pid}}).value().front().Bool("done"));
  }

  std::int64_t Count() { return database_->Query({}, kCount, {}).value().front().Int("n"); }

  std::unique_ptr<PgConnection> Connect() {
    return std::move(PgConnection::Open(ParsePgUrl(fresh_.url()).value(), {}, Patience(milliseconds{5000}))).value();
  }

  const test::FreshDatabase fresh_{Dialect::kPostgres};
  std::unique_ptr<Database> database_ = fresh_.Open();
  std::unique_ptr<Database> killer_ = fresh_.Open();
};

TEST_F(PostgresDatabaseTest, AKilledSessionIsUnavailableAndThenReplaced) {
  {
    auto transaction = std::move(database_->Begin({})).value();
    transaction->Exec(kInsert, {{"id", 1}});
    Terminate(*transaction);
    transaction->Exec(kInsert, {{"id", 2}});
    const auto status = transaction->Commit();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::kUnavailable);
    EXPECT_FALSE(IsCommitUnknown(status.error())) << "COMMIT was never sent";
  }
  EXPECT_EQ(Count(), 0);
}

TEST_F(PostgresDatabaseTest, ASessionKilledWhileIdleIsNotLentAgain) {
  { Terminate(*database_->Begin({}).value()); }
  EXPECT_EQ(Count(), 0);
}

TEST_F(PostgresDatabaseTest, ASessionKilledDuringAStatementIsUnavailable) {
  auto transaction = std::move(database_->Begin({})).value();
  const auto pid = transaction->Query(kPid, {}).value().front().Int("pid");
  std::thread killer([&] {
    constexpr Statement kSleeping{"sleeping",
                                  "SELECT COUNT(*) AS n FROM pg_stat_activity "
                                  "WHERE pid = :pid AND wait_event = 'PgSleep'"};
    while (killer_->Query({}, kSleeping, {{"pid", pid}}).value().front().Int("n") == 0) std::this_thread::yield();
    EXPECT_TRUE(killer_->Query({}, kTerminate, {{"pid", pid}}).ok());
  });
  const auto rows = transaction->Query({"sleep", "SELECT CAST(pg_sleep(60) AS TEXT) AS done"}, {});
  killer.join();
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code(), Code::kUnavailable);
}

TEST_F(PostgresDatabaseTest, ACommitWithoutAnswerIsUnknown) {
  // A deferred trigger runs within COMMIT and ends the session there.
  auto setup = std::move(database_->Begin({})).value();
  constexpr std::string_view kDieInCommit =
      "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      "  PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
      "  FOR EACH ROW EXECUTE FUNCTION die()";
  ASSERT_TRUE(setup->RunScript(kDieInCommit).ok());
  ASSERT_TRUE(setup->Commit().ok());
  setup.reset();
  int runs = 0;
  const auto status = database_->Transact<void>({}, [&](Transaction& transaction) -> Status {
    ++runs;
    transaction.Exec(kInsert, {{"id", 1}});
    return transaction.Commit();
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_TRUE(IsCommitUnknown(status.error())) << status.error().ToString();
  EXPECT_EQ(runs, 1);
}

TEST_F(PostgresDatabaseTest, ADeferredConstraintFailsTheCommit) {
  auto setup = std::move(database_->Begin({})).value();
  constexpr std::string_view kCheckedByCommit =
      "ALTER TABLE t ADD parent BIGINT DEFAULT 99 REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED";
  ASSERT_TRUE(setup->RunScript(kCheckedByCommit).ok());
  ASSERT_TRUE(setup->Commit().ok());
  auto transaction = std::move(database_->Begin({})).value();
  transaction->Exec(kInsert, {{"id", 1}});
  const auto status = transaction->Commit();
  EXPECT_EQ(status.error().code(), Code::kFailedPrecondition);
  EXPECT_FALSE(IsCommitUnknown(status.error()));
}

TEST_F(PostgresDatabaseTest, CommitOfAFailedTransactionIsToldByItsTag) {
  const auto connection = Connect();
  const Patience patience(milliseconds{5000});
  connection->Send("BEGIN");
  connection->Send("SELECT 1/0");
  EXPECT_TRUE(connection->Sync(patience).failure);
  connection->Send("COMMIT");
  const PgExchange exchange = connection->Sync(patience);
  EXPECT_FALSE(exchange.failure) << "the server calls it a success";
  EXPECT_EQ(exchange.answers.front().tag, "ROLLBACK");
  EXPECT_FALSE(ConfirmCommit(exchange.answers.front()).ok());
}

TEST_F(PostgresDatabaseTest, StatementsAndCommitShareOneRoundTrip) {
  const auto connection = Connect();
  for (const char* sql : {"BEGIN", "INSERT INTO t (id) VALUES (1)", "INSERT INTO t (id) VALUES (2)", "COMMIT"}) {
    connection->Send(sql);
  }
  const PgExchange exchange = connection->Sync(Patience(milliseconds{5000}));
  EXPECT_FALSE(exchange.failure);
  ASSERT_EQ(exchange.answers.size(), 4u);
  EXPECT_TRUE(ConfirmCommit(exchange.answers.back()).ok());
  EXPECT_EQ(Count(), 2);
}

TEST_F(PostgresDatabaseTest, AFailureInThePipelineKeepsTheConnectionAndItsStatements) {
  const auto connection = Connect();
  const Patience patience(milliseconds{5000});
  connection->Send("SELECT 1/0");
  connection->Send("SELECT 7 AS seven");  // Skipped, so not prepared either.
  EXPECT_TRUE(connection->Sync(patience).failure);
  for (int round = 0; round < 2; ++round) {
    connection->Send("SELECT 7 AS seven");
    const PgExchange exchange = connection->Sync(patience);
    ASSERT_FALSE(exchange.failure) << exchange.failure->ToString();
    EXPECT_EQ(exchange.answers.front().rows.front().Int("seven"), 7);
  }
  EXPECT_TRUE(connection->Healthy());
}

TEST_F(PostgresDatabaseTest, AHungHostDoesNotKeepTheNextFromBeingTried) {
  // A listener that never answers.
  const int deaf = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(deaf, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(deaf, 4), 0);
  getsockname(deaf, reinterpret_cast<sockaddr*>(&address), &size);
  Options options;
  options.connect_timeout = milliseconds{2000};
  options.url = "host=127.0.0.1,127.0.0.1 user=argus dbname=postgres port=" + std::to_string(ntohs(address.sin_port)) +
                "," + std::to_string(test::PostgresServer::Shared().port());
  const auto opened = Database::Open(options);
  EXPECT_TRUE(opened.ok()) << opened.error().ToString();
  close(deaf);
}

TEST_F(PostgresDatabaseTest, SchemaChangesUnderPreparedStatementsHeal) {
  constexpr Statement kAll{"t.all", "SELECT * FROM t"};
  ASSERT_TRUE(database_->Query({}, kAll, {}).ok());
  auto change = std::move(killer_->Begin({})).value();
  ASSERT_TRUE(change->RunScript("ALTER TABLE t ADD extra TEXT").ok());
  ASSERT_TRUE(change->Commit().ok());
  EXPECT_FALSE(database_->Query({}, kAll, {}).ok());
  EXPECT_TRUE(database_->Query({}, kAll, {}).ok()) << "a fresh connection prepares anew";
}

TEST(PostgresRestart, ThePoolRecovers) {
  test::PostgresServer server({});
  const auto database = std::move(Database::Open({.url = server.Url()})).value();
  const Statement one{"one", "SELECT 1 AS one"};
  ASSERT_TRUE(database->Query({}, one, {}).ok());
  server.Stop();
  EXPECT_EQ(database->Query({}, one, {}).error().code(), Code::kUnavailable);
  EXPECT_EQ(database->Ping(milliseconds{1000}).error().code(), Code::kUnavailable);
  server.Start();
  EXPECT_TRUE(database->Query({}, one, {}).ok());
}

TEST(ClassifySqlState, KnowsTheClasses) {
  EXPECT_EQ(ClassifySqlState("40001", "").code(), Code::kAborted);
  EXPECT_EQ(ClassifySqlState("40P01", "").code(), Code::kAborted);
  EXPECT_EQ(ClassifySqlState("23505", "").code(), Code::kAlreadyExists);
  EXPECT_EQ(ClassifySqlState("23503", "").code(), Code::kFailedPrecondition);
  EXPECT_EQ(ClassifySqlState("42P01", "").code(), Code::kInternal);
  for (const char* state : {"", "08006", "57P01", "57014", "53300", "55P03", "25006", "28P01", "3D000"}) {
    EXPECT_EQ(ClassifySqlState(state, "").code(), Code::kUnavailable) << state;
  }
}

}  // namespace
}  // namespace argus::db
