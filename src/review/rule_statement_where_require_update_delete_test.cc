#include <gtest/gtest.h>

#include "review/rule_test_support.h"
#include "review/rules.h"

namespace argus::review {
namespace {

struct Case {
  v1::Engine engine;
  std::string script;
  std::vector<std::string> findings;
};

std::string Of(const std::string& start, const std::string& write) {
  return start + " " + write + " has no WHERE clause: every row of the table is affected.";
}

class StatementWhereTest : public testing::TestWithParam<Case> {};

TEST_P(StatementWhereTest, FindsWritesWithoutWhere) {
  const auto& [engine, script, findings] = GetParam();
  EXPECT_EQ(FindingsOf(StatementWhereRequireUpdateDelete(), engine, script), findings) << script;
}

INSTANTIATE_TEST_SUITE_P(
    Postgres, StatementWhereTest,
    testing::Values(
        Case{v1::POSTGRES, "UPDATE t SET a = 1", {Of("1:1", "UPDATE of t")}},
        Case{v1::POSTGRES, "UPDATE t SET a = 1 WHERE b = 2", {}},
        Case{v1::POSTGRES, "UPDATE t SET a = (SELECT 1 WHERE true)", {Of("1:1", "UPDATE of t")}},
        Case{v1::POSTGRES, "UPDATE t SET a = u.a FROM u", {Of("1:1", "UPDATE of t")}},
        Case{v1::POSTGRES, "DELETE FROM s.\"T\" USING u", {Of("1:1", "DELETE of s.T")}},
        Case{v1::POSTGRES, "DELETE FROM t WHERE CURRENT OF c", {}},
        Case{v1::POSTGRES, "SELECT 1;\r\n /* é */ DELETE FROM t", {Of("2:10", "DELETE of t")}},
        Case{v1::POSTGRES, "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", {Of("1:1", "DELETE of t")}},
        Case{v1::POSTGRES, "WITH x AS (DELETE FROM t WHERE a = 1) INSERT INTO u SELECT 1", {}},
        Case{v1::POSTGRES, "EXPLAIN ANALYZE DELETE FROM t", {Of("1:1", "DELETE of t")}},
        Case{v1::POSTGRES, "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2", {}},
        Case{v1::POSTGRES, "CREATE RULE r AS ON INSERT TO t DO INSTEAD DELETE FROM t", {}},
        Case{v1::POSTGRES, "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM t; END", {}}));

INSTANTIATE_TEST_SUITE_P(
    Sqlite, StatementWhereTest,
    testing::Values(
        Case{v1::SQLITE, "UPDATE t SET a = 1", {Of("1:1", "UPDATE of t")}},
        Case{v1::SQLITE, "UPDATE OR IGNORE main.[t t] SET a = (SELECT 1 WHERE 1)", {Of("1:1", "UPDATE of main.t t")}},
        Case{v1::SQLITE, "UPDATE t SET a = 1 WHERE b = (SELECT 2)", {}},
        Case{v1::SQLITE, "DELETE FROM \"a\"\"b\" /* WHERE */", {Of("1:1", "DELETE of a\"b")}},
        Case{v1::SQLITE, "DELETE FROM t WHERE a = 1", {}},
        Case{v1::SQLITE, "\n  WITH x AS (SELECT 1 WHERE 1) DELETE FROM t", {Of("2:3", "DELETE of t")}},
        Case{v1::SQLITE, "WITH \"update\" AS (SELECT 1) SELECT * FROM \"update\"", {}},
        Case{v1::SQLITE, "INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 2", {}},
        Case{v1::SQLITE,
             "CREATE TABLE t (a PRIMARY KEY); CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END",
             {}}));

}  // namespace
}  // namespace argus::review
