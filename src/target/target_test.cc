#include <gtest/gtest.h>

#include <string>

#include "domain/reasons.h"
#include "target/fingerprint.h"
#include "target/interrupt.h"
#include "target/run_result.h"
#include "target/transactional.h"

namespace argus::target {
namespace {

Status Check(const std::string& script, sql::Engine engine = sql::Engine::kPostgres) {
  return CheckTransactional(*sql::Split(script, engine), engine);
}

TEST(CheckTransactional, RefusesTransactionControlWithItsLine) {
  for (const std::string statement :
       {"BEGIN", "commit", "END", "ABORT", "ROLLBACK", "ROLLBACK AND CHAIN", "START TRANSACTION",
        "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", "/* x */ Commit work"}) {
    const auto status = Check("SELECT 1;\n" + statement + ";");
    ASSERT_FALSE(status.ok()) << statement;
    EXPECT_EQ(status.error().reason(), reasons::kUnsupportedStatement);
    const auto error = RunError(status.error());
    EXPECT_EQ(error.statement(), 2) << statement;
    EXPECT_EQ(error.position().line(), 2) << statement;
  }
  EXPECT_FALSE(Check("END TRANSACTION", sql::Engine::kSqlite).ok());
}

TEST(CheckTransactional, AllowsSavepointsAndPreparedStatements) {
  EXPECT_TRUE(Check("SAVEPOINT a; ROLLBACK TO a; ROLLBACK WORK TO SAVEPOINT a; RELEASE a; PREPARE p AS SELECT 1").ok());
  EXPECT_TRUE(Check("DO $$ BEGIN NULL; END $$").ok());
}

TEST(Fingerprint, FollowsTheSchemaAlone) {
  v1::DatabaseSchema schema;
  auto& table = *schema.add_schemas()->add_tables();
  table.set_name("t");
  const auto before = Fingerprint(schema);
  table.set_estimated_rows(9);
  schema.set_name("instances/a/databases/b/schema");
  schema.mutable_sync_time()->set_seconds(1);
  EXPECT_EQ(Fingerprint(schema), before);
  table.add_columns()->set_name("c");
  EXPECT_NE(Fingerprint(schema), before);
}

TEST(Interrupt, IsTooLateOnceSealed) {
  Interrupt interrupt;
  int stops = 0;
  ASSERT_TRUE(interrupt.Seal());
  interrupt.Request([&] { ++stops; });
  EXPECT_EQ(stops, 0);
  EXPECT_FALSE(interrupt.requested());
}

TEST(Interrupt, BeforeTheSealStopsTheRun) {
  Interrupt interrupt;
  int stops = 0;
  interrupt.Request([&] { ++stops; });
  EXPECT_EQ(stops, 1);
  EXPECT_FALSE(interrupt.Seal());
}

}  // namespace
}  // namespace argus::target
