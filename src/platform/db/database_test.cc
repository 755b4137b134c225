// The contract of Database, run on both implementations.
#include "platform/db/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "platform/base/reasons.h"
#include "tests/support/fresh_database.h"

namespace argus::db {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

constexpr Statement kInsert{"item.insert",
                            "INSERT INTO item (id, name, size, body, amount) "
                            "VALUES (:id, :name, :size, :body, :amount)"};
constexpr Statement kInsertId{"item.insert_id", "INSERT INTO item (id, name) VALUES (:id, 'x')"};
constexpr Statement kGet{"item.get", "SELECT id, name, size, body, amount FROM item WHERE id = :id"};
constexpr Statement kCount{"item.count", "SELECT COUNT(*) AS n FROM item"};
constexpr Statement kIdsAmong{"item.among", "SELECT id FROM item WHERE id IN (:ids) ORDER BY id"};
constexpr Statement kRename{"item.rename", "UPDATE item SET name = :name WHERE id = :id"};
constexpr Statement kReadCounter{"counter.get", "SELECT value FROM counter WHERE id = 1"};
constexpr Statement kWriteCounter{"counter.set", "UPDATE counter SET value = :value WHERE id = 1"};

constexpr std::string_view kTables =
    "CREATE TABLE item (id BIGINT PRIMARY KEY, name TEXT NOT NULL, size DOUBLE PRECISION, body {bytes}, "
    "                   amount SMALLINT);"
    "CREATE TABLE part (id BIGINT PRIMARY KEY, item BIGINT NOT NULL REFERENCES item (id), CHECK (id > 0));"
    "CREATE TABLE counter (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);"
    "INSERT INTO counter (id, value) VALUES (1, 0);";

class DatabaseTest : public testing::TestWithParam<Dialect> {
 protected:
  DatabaseTest() {
    std::string tables(kTables);
    tables.replace(tables.find("{bytes}"), 7, GetParam() == Dialect::kPostgres ? "BYTEA" : "BLOB");
    auto transaction = Begin();
    EXPECT_TRUE(transaction->RunScript(tables).ok());
    EXPECT_TRUE(transaction->Commit().ok());
  }

  std::unique_ptr<Transaction> Begin() {
    auto begun = database_->Begin(ctx_);
    if (!begun.ok()) ADD_FAILURE() << begun.error().ToString();
    return begun.ok() ? std::move(begun).value() : nullptr;
  }

  Rows Query(const Statement& statement, const Params& params = {}) {
    auto rows = database_->Query(ctx_, statement, params);
    if (!rows.ok()) ADD_FAILURE() << rows.error().ToString();
    return rows.ok() ? std::move(rows).value() : Rows{};
  }

  std::int64_t Count() { return Query(kCount).front().Int("n"); }

  // Runs one write in a transaction of its own.
  Status Write(const Statement& statement, Params params, Expect expect = Expect::kAny) {
    auto transaction = Begin();
    transaction->Exec(statement, std::move(params), expect);
    return transaction->Commit();
  }

  Error WriteError(const Statement& statement, Params params, Expect expect = Expect::kAny) {
    auto status = Write(statement, std::move(params), expect);
    EXPECT_FALSE(status.ok());
    return status.ok() ? Error(Code::kUnknown, reasons::kInternal, "") : status.error();
  }

  static RequestContext DeadlineIn(milliseconds wait) {
    RequestContext ctx;
    ctx.deadline = std::chrono::steady_clock::now() + wait;
    return ctx;
  }

  const RequestContext ctx_;
  const test::FreshDatabase fresh_{GetParam()};
  std::unique_ptr<Database> database_ = fresh_.Open();
};

INSTANTIATE_TEST_SUITE_P(Dialects, DatabaseTest, testing::ValuesIn(test::kDialects), test::DialectName);

TEST_P(DatabaseTest, ValuesOfAllTypesComeBack) {
  std::string bytes(256, '\0');
  for (int n = 0; n < 256; ++n) bytes[static_cast<std::size_t>(n)] = static_cast<char>(n);
  const std::string text = "quote ' and \"é\" \xF0\x9F\xA6\x91 :name $1 \n";
  const Params values{
      {"id", std::int64_t{INT64_MIN}}, {"name", text}, {"size", 0.1}, {"body", Bytes{bytes}}, {"amount", true}};
  ASSERT_TRUE(Write(kInsert, values).ok());
  const Rows rows = Query(kGet, {{"id", std::int64_t{INT64_MIN}}});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].Int("id"), INT64_MIN);
  EXPECT_EQ(rows[0].Text("name"), text);
  EXPECT_EQ(rows[0].Double("size"), 0.1);
  EXPECT_EQ(rows[0].Blob("body"), bytes);
  EXPECT_TRUE(rows[0].Bool("amount"));
}

TEST_P(DatabaseTest, NullAndEmptyValuesDiffer) {
  const Params values{{"id", 1}, {"name", ""}, {"size", nullptr}, {"body", Bytes{}}, {"amount", nullptr}};
  ASSERT_TRUE(Write(kInsert, values).ok());
  const Row row = Query(kGet, {{"id", 1}}).front();
  EXPECT_FALSE(row.IsNull("name"));
  EXPECT_FALSE(row.IsNull("body"));
  EXPECT_EQ(row.Text("name"), "");
  EXPECT_EQ(row.Blob("body"), "");
  EXPECT_TRUE(row.IsNull("size"));
  EXPECT_TRUE(row.IsNull("amount"));
  EXPECT_EQ(row.Double("size"), 0.0);
  EXPECT_EQ(row.Int("amount"), 0);
}

TEST_P(DatabaseTest, SumsAndComparisonsAreIntegers) {
  ASSERT_TRUE(Write(kWriteCounter, {{"value", 41}}).ok());
  constexpr Statement kSum{"counter.sum", "SELECT SUM(value) AS total, MAX(value) > 40 AS large FROM counter"};
  const Row row = Query(kSum).front();
  EXPECT_EQ(row.Int("total"), 41);
  EXPECT_TRUE(row.Bool("large"));
}

TEST_P(DatabaseTest, TimesAreMicroseconds) {
  const Timestamp time = FromMicros(1'779'612'131'123'456);
  ASSERT_TRUE(Write(kWriteCounter, {{"value", time}}).ok());
  EXPECT_EQ(Query(kReadCounter).front().Time("value"), time);
}

TEST_P(DatabaseTest, MisuseOfARowEndsTheProcess) {
  const Row row = Query(kReadCounter).front();
  EXPECT_DEATH(row.Int("other"), "is not selected");
  EXPECT_DEATH(row.Text("value"), "is not text");
}

TEST_P(DatabaseTest, ListsMatchTheirMembersOnly) {
  auto transaction = Begin();
  for (int id = 1; id <= 7; ++id) transaction->Exec(kInsertId, {{"id", id}});
  ASSERT_TRUE(transaction->Commit().ok());
  auto ids_among = [&](std::vector<Value> ids) {
    std::vector<std::int64_t> found;
    for (const Row& row : Query(kIdsAmong, {{"ids", std::move(ids)}})) found.push_back(row.Int("id"));
    return found;
  };
  EXPECT_THAT(ids_among({std::int64_t{2}, std::int64_t{5}, std::int64_t{99}}), ElementsAre(2, 5));
  EXPECT_THAT(ids_among({std::int64_t{3}}), ElementsAre(3));
  EXPECT_THAT(ids_among({}), ElementsAre());
}

TEST_P(DatabaseTest, WithoutCommitNothingRemains) {
  {
    auto transaction = Begin();
    transaction->Exec(kInsertId, {{"id", 1}});
    ASSERT_TRUE(transaction->Flush().ok());
  }
  { Begin()->Exec(kInsertId, {{"id", 2}}); }
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, ATransactionSeesItsOwnQueuedWrites) {
  auto transaction = Begin();
  transaction->Exec(kInsertId, {{"id", 1}});
  EXPECT_EQ(transaction->Query(kCount, {}).value().front().Int("n"), 1);
  EXPECT_EQ(Count(), 0);
  ASSERT_TRUE(transaction->Commit().ok());
  EXPECT_EQ(Count(), 1);
}

TEST_P(DatabaseTest, ManyQueuedWritesCommitTogether) {
  auto transaction = Begin();
  for (int id = 1; id <= 2000; ++id) transaction->Exec(kInsertId, {{"id", id}});
  ASSERT_TRUE(transaction->Commit().ok());
  EXPECT_EQ(Count(), 2000);
}

TEST_P(DatabaseTest, LargeValuesPassThePipeline) {
  const std::string large(3 << 20, 'b');
  auto transaction = Begin();
  for (int id = 1; id <= 4; ++id) {
    transaction->Exec(kInsert, {{"id", id}, {"name", large}, {"size", 1.0}, {"body", Bytes{large}}, {"amount", 1}});
    transaction->Exec(kRename, {{"id", id}, {"name", "short"}}, Expect::kOneRow);
  }
  ASSERT_TRUE(transaction->Commit().ok());
  EXPECT_EQ(Query(kGet, {{"id", 4}}).front().Blob("body"), large);
}

TEST_P(DatabaseTest, UniqueViolationIsAlreadyExists) {
  ASSERT_TRUE(Write(kInsertId, {{"id", 1}}).ok());
  const Error error = WriteError(kInsertId, {{"id", 1}});
  EXPECT_EQ(error.code(), Code::kAlreadyExists);
  EXPECT_EQ(error.reason(), reasons::kDatabaseConstraint);
  EXPECT_NE(error.cause().find("item.insert_id"), std::string::npos);
}

TEST_P(DatabaseTest, OtherConstraintsAreFailedPreconditions) {
  constexpr Statement kOrphan{"part.orphan", "INSERT INTO part (id, item) VALUES (1, 77)"};
  constexpr Statement kNull{"part.null", "INSERT INTO part (id, item) VALUES (1, NULL)"};
  for (const Statement& statement : {kOrphan, kNull}) {
    const Error error = WriteError(statement, {});
    EXPECT_EQ(error.code(), Code::kFailedPrecondition) << statement.name;
    EXPECT_EQ(error.reason(), reasons::kDatabaseConstraint);
  }
}

TEST_P(DatabaseTest, AnErrorDoomsTheTransaction) {
  auto transaction = Begin();
  transaction->Exec(kInsertId, {{"id", 1}});
  transaction->Exec(kInsertId, {{"id", 1}});
  transaction->Exec(kInsertId, {{"id", 2}});
  EXPECT_EQ(transaction->Flush().error().code(), Code::kAlreadyExists);
  EXPECT_EQ(transaction->Query(kCount, {}).error().code(), Code::kAlreadyExists);
  EXPECT_EQ(transaction->Commit().error().code(), Code::kAlreadyExists);
  transaction.reset();
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, ExpectOneRowIsCheckedBeforeCommit) {
  auto transaction = Begin();
  transaction->Exec(kInsertId, {{"id", 1}});
  transaction->Exec(kRename, {{"id", 2}, {"name", "y"}}, Expect::kOneRow);
  const auto status = transaction->Commit();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::kAborted);
  EXPECT_TRUE(IsUnexpectedRowCount(status.error()));
  transaction.reset();
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(Write(kInsertId, {{"id", 1}}, Expect::kOneRow).ok());
}

TEST_P(DatabaseTest, TransactDoesNotRetryAnUnexpectedRowCount) {
  int runs = 0;
  const auto status = database_->Transact<void>({}, [&](Transaction& transaction) -> Status {
    ++runs;
    transaction.Exec(kRename, {{"id", 2}, {"name", "y"}}, Expect::kOneRow);
    return transaction.Commit();
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(runs, 1);
}

TEST_P(DatabaseTest, TextThatNoColumnCanHoldIsTheCallersMistake) {
  for (std::string_view text : {std::string_view("a\0b", 3), std::string_view("\xC3(")}) {
    EXPECT_EQ(WriteError(kRename, {{"id", 1}, {"name", text}}).code(), Code::kInvalidArgument);
    const auto rows = database_->Query({}, {"echo", "SELECT id FROM item WHERE name = :name"}, {{"name", text}});
    EXPECT_EQ(rows.error().code(), Code::kInvalidArgument);
  }
}

TEST_P(DatabaseTest, AMalformedStatementIsInternal) {
  EXPECT_EQ(database_->Query({}, {"bad", "SELEC 1"}, {}).error().code(), Code::kInternal);
  EXPECT_EQ(database_->Query({}, {"two", "SELECT 1; SELECT 2"}, {}).error().code(), Code::kInternal);
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, PrepareJudgesWithoutRunning) {
  EXPECT_TRUE(database_->Prepare(kInsert).ok());
  EXPECT_TRUE(database_->Prepare(kIdsAmong).ok());
  EXPECT_EQ(Count(), 0);
  EXPECT_FALSE(database_->Prepare({"bad", "SELECT missing FROM item"}).ok());
  EXPECT_TRUE(database_->Prepare(kCount).ok());
}

TEST_P(DatabaseTest, ConcurrentIncrementsAllCount) {
  constexpr int kThreads = 4;
  constexpr int kEach = 15;
  auto increment = [&] {
    const auto status = database_->Transact<void>({}, [](Transaction& transaction) -> Status {
      ARGUS_ASSIGN(const Rows rows, transaction.Query(kReadCounter, {}));
      transaction.Exec(kWriteCounter, {{"value", rows.front().Int("value") + 1}}, Expect::kOneRow);
      return transaction.Commit();
    });
    EXPECT_TRUE(status.ok()) << status.error().ToString();
  };
  std::vector<std::thread> threads;
  for (int n = 0; n < kThreads; ++n) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) increment();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Query(kReadCounter).front().Int("value"), kThreads * kEach);
}

TEST_P(DatabaseTest, TheDeadlineEndsAWaitForALock) {
  auto holder = Begin();
  holder->Exec(kWriteCounter, {{"value", 5}});
  ASSERT_TRUE(holder->Flush().ok());
  const auto start = std::chrono::steady_clock::now();
  const auto status = database_->Transact<void>(DeadlineIn(milliseconds{80}), [](Transaction& transaction) -> Status {
    transaction.Exec(kWriteCounter, {{"value", 6}});
    ARGUS_RETURN_IF_ERROR(transaction.Flush());
    return transaction.Commit();
  });
  EXPECT_EQ(status.error().code(), Code::kDeadlineExceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
  ASSERT_TRUE(holder->Commit().ok());
  EXPECT_EQ(Query(kReadCounter).front().Int("value"), 5);
}

TEST_P(DatabaseTest, AnotherProcessHoldingTheLockIsUnavailable) {
  auto holder = Begin();
  holder->Exec(kWriteCounter, {{"value", 5}});
  ASSERT_TRUE(holder->Flush().ok());
  Options options;
  options.acquire_timeout = milliseconds{60};
  const auto other = fresh_.Open(options);
  const auto status = other->Transact<void>({}, [](Transaction& transaction) -> Status {
    transaction.Exec(kWriteCounter, {{"value", 6}});
    return transaction.Commit();
  });
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_FALSE(IsCommitUnknown(status.error()));
}

TEST_P(DatabaseTest, CancelAndDeadlineEndALongQuery) {
  constexpr Statement kLong{"long",
                            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) "
                            "SELECT COUNT(*) AS n FROM n"};
  EXPECT_EQ(database_->Query(DeadlineIn(milliseconds{50}), kLong, {}).error().code(), Code::kDeadlineExceeded);
  RequestContext ctx;
  std::thread canceller([&] { ctx.cancel->Cancel(); });
  EXPECT_EQ(database_->Query(ctx, kLong, {}).error().code(), Code::kCancelled);
  canceller.join();
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, AFailedScriptLeavesNothing) {
  auto transaction = Begin();
  EXPECT_FALSE(transaction->RunScript("CREATE TABLE a (id BIGINT); CREATE TABLE a (id BIGINT);").ok());
  EXPECT_FALSE(transaction->Commit().ok());
  transaction.reset();
  EXPECT_FALSE(database_->Prepare({"a", "SELECT id FROM a"}).ok());
}

TEST_P(DatabaseTest, ObserverHearsOfEachStatement) {
  std::vector<std::string> seen;
  Options options;
  options.observer = [&](const RequestContext& ctx, const StatementEvent& event) {
    seen.push_back(ctx.correlation_id + " " + std::string(event.name) + (event.ok ? " ok" : " failed"));
  };
  const auto observed = fresh_.Open(options);
  RequestContext ctx;
  ctx.correlation_id = "c1";
  {
    auto transaction = std::move(observed->Begin(ctx)).value();
    transaction->Exec(kInsertId, {{"id", 1}});
    transaction->Exec(kInsertId, {{"id", 1}});
    EXPECT_FALSE(transaction->Commit().ok());
  }
  EXPECT_THAT(seen, ElementsAre("c1 transaction.begin ok", "c1 item.insert_id ok", "c1 item.insert_id failed"));
}

TEST_P(DatabaseTest, NowIsCloseToTheLocalClock) {
  const auto now = database_->Now({});
  ASSERT_TRUE(now.ok());
  EXPECT_LT(std::chrono::abs(*now - SystemClock().Now()), std::chrono::seconds(60));
}

TEST_P(DatabaseTest, PingNeedsNoFreeConnection) {
  Options options;
  options.max_connections = 1;
  const auto small = fresh_.Open(options);
  const auto holder = std::move(small->Begin({})).value();
  EXPECT_TRUE(small->Ping(milliseconds{5000}).ok());
}

TEST_P(DatabaseTest, ManyStatementTextsDoNotPileUp) {
  for (int n = 0; n < 600; ++n) {
    const std::string sql = "SELECT COUNT(*) AS n FROM item WHERE id = " + std::to_string(n);
    ASSERT_TRUE(database_->Query({}, {"generated", sql}, {}).ok());
  }
}

TEST(DatabaseOpen, RefusesAWrongUrl) {
  for (const char* url : {"", "mysql://h/d", "sqlite:", "sqlite::memory:", "nonsense=1"}) {
    const auto opened = Database::Open({.url = url});
    ASSERT_FALSE(opened.ok()) << url;
    EXPECT_EQ(opened.error().code(), Code::kInvalidArgument) << url;
  }
}

TEST(DatabaseOpen, AnUnreachableDatabaseIsUnavailable) {
  for (const char* url : {"sqlite:/nonexistent/folder/file.db", "postgresql://127.0.0.1:1/d"}) {
    const auto opened = Database::Open({.url = url});
    ASSERT_FALSE(opened.ok()) << url;
    EXPECT_EQ(opened.error().code(), Code::kUnavailable) << url;
  }
}

}  // namespace
}  // namespace argus::db
