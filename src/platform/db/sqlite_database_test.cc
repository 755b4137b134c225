// What only SQLite promises.
#include "platform/db/sqlite_database.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/fresh_database.h"

namespace argus::db {
namespace {

class SqliteDatabaseTest : public testing::Test {
 protected:
  std::string Pragma(const std::string& name) {
    const std::string sql = "SELECT CAST(" + name + " AS TEXT) AS value FROM pragma_" + name;
    return database_->Begin({}).value()->Query({"pragma", sql}, {}).value().front().Text("value");
  }

  const test::FreshDatabase fresh_{Dialect::kSqlite};
  std::unique_ptr<Database> database_ = fresh_.Open();
};

TEST_F(SqliteDatabaseTest, WritesDurablyWithForeignKeys) {
  EXPECT_EQ(Pragma("journal_mode"), "wal");
  EXPECT_EQ(Pragma("synchronous"), "2");
  EXPECT_EQ(Pragma("foreign_keys"), "1");
}

TEST_F(SqliteDatabaseTest, TheFileIsPrivate) {
  struct stat file {};
  ASSERT_EQ(stat(fresh_.url().substr(sizeof "sqlite:" - 1).c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(SqliteDatabaseTest, QueriesCannotWrite) {
  EXPECT_FALSE(database_->Query({}, {"write", "CREATE TABLE t (id BIGINT)"}, {}).ok());
}

TEST_F(SqliteDatabaseTest, ReadersGoOnWhileAWriterWorks) {
  auto writer = std::move(database_->Begin({})).value();
  ASSERT_TRUE(writer->RunScript("CREATE TABLE t (id BIGINT)").ok());
  EXPECT_EQ(database_->Query({}, {"count", "SELECT COUNT(*) AS n FROM sqlite_schema"}, {}).value().front().Int("n"), 0);
}

}  // namespace
}  // namespace argus::db
