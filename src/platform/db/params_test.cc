#include "platform/db/params.h"

#include <gtest/gtest.h>

namespace argus::db {
namespace {

BoundSql BindOn(Dialect dialect, std::string_view sql, Params params) {
  auto bound = Bind(dialect, sql, std::move(params));
  if (!bound.ok()) {
    ADD_FAILURE() << bound.error().ToString();
    return {};
  }
  return std::move(bound).value();
}

TEST(Bind, NumbersParametersInOrderOfAppearanceAndOnce) {
  const auto bound = BindOn(Dialect::kPostgres, "VALUES (:b, :a, :b)", {{"a", 1}, {"b", "two"}});
  EXPECT_EQ(bound.text, "VALUES ($1, $2, $1)");
  EXPECT_EQ(bound.values, (std::vector<Value>{std::string("two"), std::int64_t{1}}));
}

TEST(Bind, WritesSqlitePlaceholders) {
  EXPECT_EQ(BindOn(Dialect::kSqlite, "SELECT :a_1+:b", {{"a_1", 1}, {"b", 2}}).text, "SELECT ?1+?2");
}

TEST(Bind, LeavesQuotesAndCommentsAlone) {
  constexpr std::string_view kSql =
      "SELECT ':x', 'it''s :x', \"a:x\" -- :x 'open\n"
      ", /* :x ' */ CAST(a AS b)::int, '12:30'";
  EXPECT_EQ(BindOn(Dialect::kPostgres, kSql, {}).text, kSql);
}

TEST(Bind, TextMayEndWithinAToken) {
  for (std::string_view sql : {"SELECT 'open", "-- open", "/* open", "SELECT :", "\"", "a:", ":1"}) {
    EXPECT_EQ(BindOn(Dialect::kSqlite, sql, {}).text, sql);
  }
}

TEST(Bind, PadsListsToThePowerOfTwo) {
  const auto bound = BindOn(Dialect::kPostgres, "a IN (:ids) AND b = :b",
                            {{"ids", std::vector<Value>{std::int64_t{7}, std::int64_t{8}, std::int64_t{9}}}, {"b", 1}});
  EXPECT_EQ(bound.text, "a IN ($1,$2,$3,$4) AND b = $5");
  EXPECT_EQ(bound.values[3], Value{std::int64_t{9}});
}

TEST(Bind, EmptyListBecomesNull) {
  const auto bound = BindOn(Dialect::kSqlite, "a IN (:ids)", {{"ids", std::vector<Value>{}}});
  EXPECT_EQ(bound.text, "a IN (?1)");
  EXPECT_EQ(bound.values, std::vector<Value>{Value{}});
}

TEST(Bind, RefusesAListBeyondTheLimit) {
  EXPECT_FALSE(Bind(Dialect::kSqlite, "a IN (:ids)", {{"ids", std::vector<Value>(kMaxListValues + 1)}}).ok());
}

TEST(Bind, RefusesAnUnboundName) {
  const auto bound = Bind(Dialect::kSqlite, "SELECT :missing", {{"other", 1}});
  ASSERT_FALSE(bound.ok());
  EXPECT_EQ(bound.error().code(), Code::kInternal);
}

TEST(Bind, RefusesTextThatPostgresCannotHold) {
  for (std::string_view text : {std::string_view("a\0b", 3), std::string_view("\xFF"), std::string_view("\xC0\x80")}) {
    const auto bound = Bind(Dialect::kSqlite, "SELECT :title", {{"title", text}});
    ASSERT_FALSE(bound.ok());
    EXPECT_EQ(bound.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(bound.error().fields().front().field, "title");
  }
}

TEST(Render, MakesOnePlaceholderAName) {
  EXPECT_EQ(Render(Dialect::kPostgres, "a IN (:ids) AND b = :b AND c = :b"), "a IN ($1) AND b = $2 AND c = $2");
}

}  // namespace
}  // namespace argus::db
