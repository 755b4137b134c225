#include "review/statement_type.h"

#include <gtest/gtest.h>

#include "review/rule_test_support.h"

namespace argus::review {
namespace {

using Types = std::vector<std::string>;

std::string TypeOf(std::string_view sql) { return StatementType(sql, sql::Engine::kPostgres); }

TEST(StatementType, NamesVerbAndObject) {
  EXPECT_EQ(TypeOf("/* x */ update t set a = 1"), "UPDATE");
  EXPECT_EQ(TypeOf("create or replace temp view v as select 1"), "CREATE_VIEW");
  EXPECT_EQ(TypeOf("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)"), "CREATE_INDEX");
  EXPECT_EQ(TypeOf("DROP TABLE IF EXISTS t"), "DROP_TABLE");
  EXPECT_EQ(TypeOf("ALTER TABLE \"t\" ADD a int"), "ALTER_TABLE");
  EXPECT_EQ(TypeOf("DROP MATERIALIZED VIEW v"), "DROP_MATERIALIZED_VIEW");
  EXPECT_EQ(TypeOf("CREATE VIRTUAL TABLE t USING fts5(a)"), "CREATE_TABLE");
  EXPECT_EQ(TypeOf("CREATE FOREIGN TABLE t () SERVER s"), "CREATE_FOREIGN_TABLE");
  EXPECT_EQ(TypeOf("((VALUES (1)))"), "SELECT");
  EXPECT_EQ(TypeOf("REPLACE INTO t VALUES (1)"), "INSERT");
  EXPECT_EQ(TypeOf("WITH x AS (SELECT 1) SELECT 1"), "");
  EXPECT_EQ(TypeOf("CREATE"), "CREATE");
  EXPECT_EQ(TypeOf(""), "");
}

TEST(StatementType, SuspectsEveryWriteInWhatNobodyParsed) {
  EXPECT_EQ(PossibleTypes("WITH x AS (DELETE FROM t), 'update' INSERT \"merge\" !!", sql::Engine::kPostgres),
            (Types{"DELETE", "INSERT"}));
  EXPECT_EQ(PossibleTypes("DROP TABLE t NOWHERE", sql::Engine::kPostgres), (Types{"DROP_TABLE"}));
}

TEST(StatementTypes, CountWhatHidesInCommonTableExpressions) {
  const auto types = [](v1::Engine engine, const std::string& sql) { return ParseScript(engine, sql).at(0).types; };
  EXPECT_EQ(types(v1::POSTGRES, "WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x"), (Types{"SELECT", "DELETE"}));
  EXPECT_EQ(types(v1::POSTGRES, "UPDATE t SET a = (SELECT 1) WHERE b"), (Types{"UPDATE"}));
  EXPECT_EQ(types(v1::POSTGRES, "SELECT 1 AS a INTO t"), (Types{"SELECT", "CREATE_TABLE"}));
  EXPECT_EQ(types(v1::POSTGRES, "EXPLAIN ANALYZE DELETE FROM t"), (Types{"DELETE", "EXPLAIN"}));
  EXPECT_EQ(types(v1::SQLITE, "WITH x AS (SELECT 1) UPDATE t SET a = 1"), (Types{"UPDATE"}));
  EXPECT_EQ(types(v1::SQLITE, "WITH x AS (SELECT 1) REPLACE INTO t SELECT 1"), (Types{"INSERT"}));
  EXPECT_EQ(types(v1::SQLITE, "WITH replace AS (SELECT 1 WHERE 1) DELETE FROM t"), (Types{"DELETE"}));
}

}  // namespace
}  // namespace argus::review
