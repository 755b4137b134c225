#include "platform/db/migrations.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "platform/base/reasons.h"
#include "tests/support/fresh_database.h"

namespace argus::db {
namespace {

constexpr std::array kMigrations{
    Migration{1, "first", "CREATE TABLE a (id BIGINT); INSERT INTO a (id) VALUES (1);",
              "CREATE TABLE a (id BIGINT); INSERT INTO a (id) VALUES (1);", 1},
    Migration{2, "second", "ALTER TABLE a ADD COLUMN name TEXT;", "ALTER TABLE a ADD COLUMN name TEXT;", 1},
    Migration{3, "third", "UPDATE a SET name = 'x';", "UPDATE a SET name = 'x';", 2},
};
constexpr Statement kRead{"a.get", "SELECT id, name FROM a"};
constexpr Statement kApplied{"migration.count", "SELECT COUNT(*) AS n FROM schema_migration"};

class MigrationsTest : public testing::TestWithParam<Dialect> {
 protected:
  Status MigrateTo(Database& database, int version) {
    return Migrate(database, {}, std::span(kMigrations).first(static_cast<std::size_t>(version)), version);
  }
  Status MigrateTo(int version) { return MigrateTo(*database_, version); }
  std::int64_t Applied() { return database_->Query({}, kApplied, {}).value().front().Int("n"); }

  const test::FreshDatabase fresh_{GetParam()};
  std::unique_ptr<Database> database_ = fresh_.Open();
};

INSTANTIATE_TEST_SUITE_P(Dialects, MigrationsTest, testing::ValuesIn(test::kDialects), test::DialectName);

TEST_P(MigrationsTest, AppliesWhatIsMissing) {
  ASSERT_TRUE(MigrateTo(1).ok());
  EXPECT_EQ(Applied(), 1);
  ASSERT_TRUE(MigrateTo(3).ok());
  ASSERT_TRUE(MigrateTo(3).ok());
  EXPECT_EQ(Applied(), 3);
  const Rows rows = database_->Query({}, kRead, {}).value();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.front().Text("name"), "x");
}

TEST_P(MigrationsTest, ReplicasMayStartAtOnce) {
  std::vector<std::thread> replicas;
  for (int n = 0; n < 4; ++n) {
    replicas.emplace_back([this] {
      const auto database = fresh_.Open();
      const auto status = MigrateTo(*database, 3);
      EXPECT_TRUE(status.ok()) << status.error().ToString();
    });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(Applied(), 3);
  EXPECT_EQ(database_->Query({}, kRead, {}).value().size(), 1u);
}

TEST_P(MigrationsTest, ToleratesANewerSchemaThatBearsThisBinary) {
  ASSERT_TRUE(MigrateTo(3).ok());
  EXPECT_TRUE(MigrateTo(2).ok());
}

TEST_P(MigrationsTest, RefusesANewerSchemaThatDoesNot) {
  ASSERT_TRUE(MigrateTo(3).ok());
  const auto status = MigrateTo(1);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason(), reasons::kSchemaTooNew);
  EXPECT_NE(status.error().message().find("schema version 3"), std::string::npos) << status.error().message();
}

TEST_P(MigrationsTest, RefusesAChangedMigration) {
  ASSERT_TRUE(MigrateTo(2).ok());
  auto changed = kMigrations;
  changed[0].sqlite = changed[0].postgres = "CREATE TABLE a (id TEXT);";
  const auto status = Migrate(*database_, {}, changed, 3);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason(), reasons::kSchemaMismatch);
  EXPECT_EQ(Applied(), 2);
}

TEST_P(MigrationsTest, AFailingMigrationLeavesTheSchemaBeforeIt) {
  auto broken = kMigrations;
  broken[1].sqlite = broken[1].postgres = "CREATE TABLE b (id BIGINT); CREATE TABLE a (id BIGINT);";
  EXPECT_FALSE(Migrate(*database_, {}, broken, 3).ok());
  EXPECT_EQ(Applied(), 1);
  EXPECT_TRUE(MigrateTo(3).ok());
}

}  // namespace
}  // namespace argus::db
