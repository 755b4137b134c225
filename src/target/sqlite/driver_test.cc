#include "target/sqlite/driver.h"

#include <sqlite3.h>

#include <fstream>

#include "target/driver_suite.h"
#include "tests/support/fresh_database.h"

namespace argus::target::sqlite {
namespace {

// One cell as text, by SQLite itself.
std::string AskFile(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  sqlite3_open(path.c_str(), &database);
  sqlite3_busy_timeout(database, 10000);
  std::string answer;
  const auto keep_first = [](void* into, int, char** cells, char**) {
    if (static_cast<std::string*>(into)->empty() && cells[0] != nullptr) *static_cast<std::string*>(into) = cells[0];
    return 0;
  };
  char* error = nullptr;
  if (sqlite3_exec(database, sql.c_str(), keep_first, &answer, &error) != SQLITE_OK) answer = error;
  sqlite3_free(error);
  sqlite3_close(database);
  return answer;
}

class SqliteTestTarget final : public TestTarget {
 public:
  SqliteTestTarget() { AskFile(path(), "PRAGMA user_version = 1"); }
  const Driver& driver() const override { return driver_; }
  ConnectionSpec spec() const override {
    ConnectionSpec spec;
    spec.data_dir = folder_.path();
    spec.database = "shop";
    return spec;
  }
  sql::Engine engine() const override { return sql::Engine::kSqlite; }
  std::string Ask(const std::string& sql) const override { return AskFile(path(), sql); }
  std::string marker_table() const override { return "argus_task_marker"; }
  std::string endless_statement() const override {
    return "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r";
  }
  std::string path() const { return folder_.path() + "/shop.db"; }

 private:
  test::TemporaryFolder folder_;
  SqliteDriver driver_;
};

}  // namespace
}  // namespace argus::target::sqlite

namespace argus::target {

INSTANTIATE_TEST_SUITE_P(Sqlite, DriverSuite,
                         testing::Values([] { return std::make_unique<sqlite::SqliteTestTarget>(); }));

namespace sqlite {
namespace {

class SqliteDriverTest : public testing::Test {
 protected:
  RunResult Run(const std::string& script, int attempt = 1) {
    return RunScript(*connection_, script, sql::Engine::kSqlite, observer_, MarkerOf("task", attempt));
  }

  SqliteTestTarget target_;
  std::unique_ptr<Connection> connection_ = target_.Connect();
  RecordingObserver observer_;
};

TEST_F(SqliteDriverTest, OpensOnlyFilesOfItsFolder) {
  const auto connect = [&](const std::string& database) {
    auto spec = target_.spec();
    spec.database = database;
    return target_.driver().Connect(RequestContext{}, spec);
  };
  EXPECT_EQ(connect("missing").error().reason(), reasons::kConnectionFailed);
  for (const std::string name : {"../shop", "", ".", "a/b"}) {
    EXPECT_EQ(connect(name).error().code(), Code::kInvalidArgument) << name;
  }
  std::ofstream(target_.spec().data_dir + "/text.db") << std::string(4096, 'x');
  EXPECT_EQ(connect("text").error().reason(), reasons::kConnectionFailed);
  auto spec = target_.spec();
  spec.database = "made";
  spec.create_missing = true;
  EXPECT_TRUE(target_.driver().Connect(RequestContext{}, spec).ok());
  spec.data_dir += "/nowhere";
  EXPECT_EQ(target_.driver().ListDatabases(RequestContext{}, spec).error().reason(), reasons::kConnectionFailed);
}

TEST_F(SqliteDriverTest, HoldsScriptsToTheirFile) {
  const auto other = target_.spec().data_dir + "/other.db";
  for (const auto& [statement, says] :
       std::vector<std::pair<std::string, std::string>>{{"ATTACH '" + other + "' AS other", "ATTACH"},
                                                        {"SELECT load_extension('x')", "load_extension"},
                                                        {"PRAGMA journal_mode = OFF", "journal_mode"},
                                                        {"PRAGMA writable_schema(1)", "writable_schema"},
                                                        {"VACUUM INTO '" + other + "'", "VACUUM"}}) {
    const auto result = Run("SELECT 1;\n" + statement);
    EXPECT_EQ(result.outcome, Outcome::kNotApplied) << statement;
    EXPECT_EQ(result.error.position().line(), 2) << statement;
    EXPECT_NE(result.error.message().find(says), std::string::npos) << result.error.message();
  }
  EXPECT_FALSE(std::ifstream(other).good());
}

TEST_F(SqliteDriverTest, SetsForeignKeysAroundTheTransactionAndRestoresThem) {
  ASSERT_EQ(Run("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id));").outcome,
            Outcome::kCommitted);
  const auto orphan = [&](const std::string& task, const std::string& pragma) {
    return RunScript(*connection_, pragma + "INSERT INTO c VALUES (7)", sql::Engine::kSqlite, observer_,
                     MarkerOf(task, 1))
        .outcome;
  };
  EXPECT_EQ(orphan("on", "PRAGMA foreign_keys = ON; "), Outcome::kNotApplied);
  EXPECT_EQ(orphan("default", ""), Outcome::kCommitted);
  EXPECT_EQ(orphan("call", "PRAGMA main.foreign_keys(true); "), Outcome::kNotApplied);
}

TEST_F(SqliteDriverTest, ReportsADeferredViolationAtCommit) {
  const auto result =
      Run("PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY);"
          "CREATE TABLE c (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO c VALUES (7)");
  EXPECT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_EQ(result.error.statement(), 0);
  EXPECT_NE(result.error.message().find("FOREIGN KEY"), std::string::npos) << result.error.message();
}

TEST_F(SqliteDriverTest, WaitsForTheFileAsLongAsTheContextAllows) {
  sqlite3* holder = nullptr;
  sqlite3_open(target_.path().c_str(), &holder);
  ASSERT_EQ(sqlite3_exec(holder, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto statements = sql::Split("CREATE TABLE t (a)", sql::Engine::kSqlite);
  const ScriptRun run{MarkerOf("task", 1), &*statements};
  RequestContext ctx;
  ctx.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  EXPECT_EQ(connection_->Run(ctx, run, observer_).error.reason(), "INTERRUPTED");
  ProofQuery query{.task = "task", .patience = std::chrono::milliseconds(50)};
  EXPECT_EQ(target_.driver().Probe(RequestContext{}, target_.spec(), query)->verdict, Proof::Verdict::kUndecided);
  sqlite3_close(holder);
}

TEST_F(SqliteDriverTest, ReadsTheSchema) {
  const auto result = Run(R"(
      CREATE TABLE item (id INTEGER PRIMARY KEY, sku TEXT NOT NULL DEFAULT 'x' UNIQUE, price INT,
                         total AS (price * 2), CONSTRAINT positive CHECK (price > (0)));
      CREATE TABLE pair (a INT, b INT REFERENCES item (id) ON DELETE CASCADE, PRIMARY KEY (b, a)) WITHOUT ROWID;
      CREATE INDEX by_price ON item (price, lower(sku)) WHERE price > 3;
      CREATE VIEW cheap AS SELECT * FROM item WHERE price < 3;
      CREATE TRIGGER keep AFTER DELETE ON item BEGIN SELECT 1; END;
      CREATE VIRTUAL TABLE words USING fts5(word);)");
  ASSERT_EQ(result.outcome, Outcome::kCommitted) << result.error.message();
  const auto schema = connection_->SyncSchema(RequestContext{});
  ASSERT_TRUE(schema.ok()) << schema.error().ToString();
  ASSERT_EQ(schema->schemas_size(), 1);
  const auto& main = schema->schemas(0);
  ASSERT_EQ(main.tables_size(), 3) << main.DebugString();
  const auto& item = main.tables(0);
  EXPECT_EQ(item.name(), "item");
  ASSERT_EQ(item.columns_size(), 4);
  EXPECT_EQ(item.columns(1).name(), "sku");
  EXPECT_EQ(item.columns(1).type(), "TEXT");
  EXPECT_FALSE(item.columns(1).nullable());
  EXPECT_EQ(item.columns(1).default_expression(), "'x'");
  ASSERT_EQ(item.indexes_size(), 2);
  EXPECT_EQ(item.indexes(0).name(), "by_price");
  EXPECT_EQ(item.indexes(0).expressions(1), "(expression)");
  EXPECT_TRUE(item.indexes(1).unique());
  ASSERT_EQ(item.constraints_size(), 3) << item.DebugString();
  EXPECT_EQ(item.constraints(0).name(), "positive");
  EXPECT_EQ(item.constraints(0).definition(), "CHECK (price > (0))");
  EXPECT_EQ(item.constraints(1).definition(), "PRIMARY KEY (id)");
  EXPECT_EQ(item.constraints(2).definition(), "UNIQUE (sku)");
  ASSERT_EQ(item.triggers_size(), 1);
  const auto& pair = main.tables(1);
  ASSERT_EQ(pair.constraints_size(), 2) << pair.DebugString();
  EXPECT_EQ(pair.constraints(0).definition(), "PRIMARY KEY (b, a)");
  EXPECT_EQ(pair.constraints(1).definition(),
            "FOREIGN KEY (b) REFERENCES item (id) ON UPDATE NO ACTION ON DELETE CASCADE");
  EXPECT_EQ(main.tables(2).kind(), "VIRTUAL TABLE");
  ASSERT_EQ(main.views_size(), 1);
  EXPECT_EQ(main.views(0).name(), "cheap");
  EXPECT_EQ(schema->fingerprint().size(), 64u);
}

}  // namespace
}  // namespace sqlite
}  // namespace argus::target
