#include "platform/lang/sql/text.h"

#include <gtest/gtest.h>

#include "platform/lang/sql/position.h"

namespace argus::sql {
namespace {

TEST(Keywords, AreTakenFromTheStartInUpperCase) {
  const auto keywords = [](std::string_view sql) { return LeadingKeywords(sql, Engine::kPostgres, 3); };
  EXPECT_EQ(keywords("-- x\n/* y */ create Unique index concurrently i"),
            (std::vector<std::string>{"CREATE", "UNIQUE", "INDEX"}));
  EXPECT_EQ(keywords("drop \"x\""), (std::vector<std::string>{"DROP"}));
  EXPECT_EQ(FirstKeyword("((select 1))", Engine::kPostgres), "SELECT");
  EXPECT_EQ(FirstKeyword("1", Engine::kSqlite), "");
}

TEST(RedactLiterals, HidesValuesAndComments) {
  const auto redact = [](std::string_view sql) { return RedactLiterals(sql, Engine::kPostgres); };
  EXPECT_EQ(redact("INSERT INTO t1 VALUES (1, -2.5e-3, 'a''b', E'\\'', $$c$$, \"d\", $1)"),
            "INSERT INTO t1 VALUES (?, -?, ?, ?, ?, \"d\", $1)");
  EXPECT_EQ(redact("ALTER ROLE a PASSWORD 'p' -- p"), "ALTER ROLE a PASSWORD ?  ");
  EXPECT_EQ(redact("SELECT 'open secret"), "SELECT ?");
  EXPECT_EQ(redact("SELECT \"open 'secret"), "SELECT ?");
  EXPECT_EQ(RedactLiterals("SELECT x'00', [a]", Engine::kSqlite), "SELECT ?, [a]");
}

TEST(Directives, StandInTheHeader) {
  const auto transaction = [](std::string_view script) {
    return ParseDirectives(script, Engine::kPostgres)->transaction;
  };
  EXPECT_FALSE(transaction("\xEF\xBB\xBF-- author = me\r\n--txn-mode=off\r\nVACUUM;"));
  EXPECT_TRUE(transaction("-- txn-mode = on\nSELECT 1;"));
  EXPECT_TRUE(transaction("SELECT 1;\n-- txn-mode = off"));
  EXPECT_TRUE(transaction("/* txn-mode = off */ SELECT 1"));
}

TEST(Directives, WithUnknownValueAreRefused) {
  const auto directives = ParseDirectives("-- a\n-- txn-mode = maybe\n", Engine::kPostgres);
  ASSERT_FALSE(directives.ok());
  EXPECT_EQ(directives.error().message(), "line 2: txn-mode is either on or off");
}

TEST(Position, OfCodePoints) {
  EXPECT_EQ(OffsetOfCodePoint("aéb", 2), 3u);
  EXPECT_EQ(OffsetOfCodePoint("aéb", 9), 4u);
}

}  // namespace
}  // namespace argus::sql
