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

class TableRequirePkTest : public testing::TestWithParam<Case> {};

TEST_P(TableRequirePkTest, FindsTablesWithoutKey) {
  const auto& [engine, script, findings] = GetParam();
  EXPECT_EQ(FindingsOf(TableRequirePk(), engine, script), findings) << script;
}

const std::vector<std::string> kNone;
const std::vector<std::string> kT = {"1:1 Table t is created without a primary key."};
const std::vector<std::string> kFromQuery = {"1:1 Table t is created from a query and without a primary key."};

INSTANTIATE_TEST_SUITE_P(
    Postgres, TableRequirePkTest,
    testing::Values(Case{v1::POSTGRES, "CREATE TABLE t (a int)", kT},
                    Case{v1::POSTGRES, "CREATE TABLE t (a int UNIQUE NOT NULL)", kT},
                    Case{v1::POSTGRES, "CREATE TABLE t (a int PRIMARY KEY)", kNone},
                    Case{v1::POSTGRES, "CREATE TABLE t (a int, CONSTRAINT p PRIMARY KEY (a))", kNone},
                    Case{v1::POSTGRES, "CREATE TABLE t (a int); ALTER TABLE public.t ADD PRIMARY KEY (a)", kNone},
                    Case{v1::POSTGRES,
                         "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY USING INDEX i", kNone},
                    Case{v1::POSTGRES, "CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN id int PRIMARY KEY", kNone},
                    Case{v1::POSTGRES, "CREATE TABLE t (a int); ALTER TABLE t ADD UNIQUE (a)", kT},
                    Case{v1::POSTGRES, "CREATE TABLE t (a int); ALTER TABLE other ADD PRIMARY KEY (a)", kT},
                    Case{v1::POSTGRES,
                         "ALTER TABLE s.t ADD PRIMARY KEY (a); CREATE TABLE s.t (a int)",
                         {"1:38 Table s.t is created without a primary key."}},
                    Case{v1::POSTGRES, "CREATE TEMP TABLE t (a int)", kNone},
                    Case{v1::POSTGRES, "CREATE UNLOGGED TABLE t (a int)", kT},
                    Case{v1::POSTGRES, "CREATE TABLE t PARTITION OF p DEFAULT", kNone},
                    Case{v1::POSTGRES, "CREATE TABLE t (a int) PARTITION BY LIST (a)", kT},
                    Case{v1::POSTGRES, "CREATE TABLE t () INHERITS (u)", kT},
                    Case{v1::POSTGRES, "CREATE TABLE t (LIKE u)", kT},
                    Case{v1::POSTGRES, "CREATE TABLE t (LIKE u INCLUDING INDEXES)", kNone},
                    Case{v1::POSTGRES, "CREATE TABLE t (LIKE u INCLUDING ALL EXCLUDING INDEXES)", kT},
                    Case{v1::POSTGRES, "CREATE TABLE t OF u (PRIMARY KEY (a))", kNone},
                    Case{v1::POSTGRES, "CREATE TABLE t AS SELECT 1", kFromQuery},
                    Case{v1::POSTGRES, "CREATE TEMP TABLE t AS SELECT 1", kNone},
                    Case{v1::POSTGRES, "SELECT 1 AS a INTO t", kFromQuery},
                    Case{v1::POSTGRES, "CREATE MATERIALIZED VIEW t AS SELECT 1", kNone},
                    Case{v1::POSTGRES, "CREATE FOREIGN TABLE t (a int) SERVER s", kNone},
                    Case{v1::POSTGRES, "CREATE SCHEMA s CREATE TABLE t (a int)", kT}));

INSTANTIATE_TEST_SUITE_P(
    Sqlite, TableRequirePkTest,
    testing::Values(Case{v1::SQLITE, "CREATE TABLE t (a)", kT},
                    Case{v1::SQLITE, "CREATE TABLE IF NOT EXISTS t (a INT UNIQUE)", kT},
                    Case{v1::SQLITE, "CREATE TABLE t (a INTEGER primary key)", kNone},
                    Case{v1::SQLITE, "CREATE TABLE t (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID", kNone},
                    Case{v1::SQLITE, "CREATE TABLE t (a CHECK (a <> 'PRIMARY KEY') /* PRIMARY KEY */)", kT},
                    Case{v1::SQLITE, "CREATE TABLE t (\"PRIMARY\" INT)", kT},
                    Case{v1::SQLITE, "CREATE TABLE t AS SELECT 1", kFromQuery},
                    Case{v1::SQLITE, "CREATE TEMPORARY TABLE t (a)", kNone},
                    Case{v1::SQLITE, "CREATE TABLE temp.t (a)", kNone},
                    Case{v1::SQLITE, "CREATE VIRTUAL TABLE t USING fts5(a)", kNone},
                    Case{v1::SQLITE, "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t", kT}));

}  // namespace
}  // namespace argus::review
