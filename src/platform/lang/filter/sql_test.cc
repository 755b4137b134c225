#include "platform/lang/filter/sql.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>

#include "platform/lang/filter/order_by.h"

namespace argus::filter {
namespace {

using testing::HasSubstr;

const std::vector<Field>& TestFields() {
  static const std::vector<Field> fields = {
      {"actor", "a.actor", FieldType::kText},
      {"resource", "a.resource", FieldType::kKey},
      {"rows", "a.row_count", FieldType::kInt},
      {"create_time", "a.create_time", FieldType::kTime},
      {"severity", "a.severity", FieldType::kEnum, {"info", "critical"}},
      {"state", "a.state", FieldType::kEnum, {{"ACTIVE", std::int64_t{1}}, {"DELETED", std::int64_t{2}}}},
      {"system", "a.is_system", FieldType::kBool},
  };
  return fields;
}

std::string Show(const db::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return fmt::format("'{}'", std::get<std::string>(value));
}

// The SQL and its parameters, or the error's message.
std::string Sql(std::string_view text) {
  const auto condition = Compile(text, TestFields());
  if (!condition.ok()) return condition.error().message();
  std::string out = condition->sql;
  for (const auto& param : condition->params) {
    out += fmt::format(" {}={}", param.name, Show(std::get<db::Value>(param.value)));
  }
  return out;
}

TEST(FilterSql, BindsEveryValue) {
  EXPECT_EQ(Sql(""), "1 = 1");
  EXPECT_EQ(Sql("actor:user/login_id=alice"), "a.actor = :f0 f0='user/login_id=alice'");
  EXPECT_EQ(Sql("create_time>=2026-04-01T00:00:00Z AND createTime<2026-05-01T00:00:00+02:00"),
            "(a.create_time >= :f0 AND a.create_time < :f1) f0=1775001600000000 f1=1777586400000000");
  EXPECT_EQ(Sql("rows!=-5 OR NOT system=true"), "(a.row_count <> :f0 OR NOT (a.is_system = :f1)) f0=-5 f1=1");
  EXPECT_EQ(Sql("severity=CRITICAL state!=deleted"), "(a.severity = :f0 AND a.state <> :f1) f0='critical' f1=2");
  EXPECT_EQ(Sql("actor=\"x' OR 1=1 --\""), "a.actor = :f0 f0='x' OR 1=1 --'");
}

TEST(FilterSql, TurnsAStarIntoAPrefix) {
  EXPECT_EQ(Sql("actor:稽核/*"), "(substr(a.actor, 1, 3) = :f0) f0='稽核/'");
  EXPECT_EQ(Sql("actor!=x*"), "NOT (substr(a.actor, 1, 1) = :f0) f0='x'");
  EXPECT_EQ(Sql("actor:*"), "(a.actor <> '')");
  EXPECT_EQ(Sql("resource:projects/*"),
            "(a.resource >= :f0 AND a.resource < :f1) f0='projects/' f1='projects/\U0010FFFF'");
}

TEST(FilterSql, RefusesWhatAFieldDoesNotTake) {
  EXPECT_EQ(Sql("nope=1"),
            "filter, column 1: no field 'nope'; known are actor, resource, rows, create_time, severity, state, system");
  EXPECT_EQ(Sql("rows=1 actor>x"), "filter, column 8: field 'actor' takes only = != and :");
  EXPECT_EQ(Sql("rows=1.5"), "filter, column 1: field 'rows' takes an integer");
  EXPECT_EQ(Sql("rows=99999999999999999999"), "filter, column 1: field 'rows' takes an integer");
  EXPECT_EQ(Sql("rows=1*"), "filter, column 1: field 'rows' takes no '*'");
  EXPECT_EQ(Sql("createTime>yesterday"), "filter, column 1: field 'createTime' takes a time such as 2026-05-24T08:42:11Z");
  EXPECT_EQ(Sql("severity=bad"), "filter, column 1: field 'severity' takes one of info, critical");
  EXPECT_EQ(Sql("system=1"), "filter, column 1: field 'system' takes true or false");
}

// What the largest filter compiles to is still SQL that SQLite runs, and finds what it should.
TEST(FilterSql, RunsOnSqlite) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &raw), SQLITE_OK);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db(raw, sqlite3_close);
  ASSERT_EQ(sqlite3_exec(raw, "CREATE TABLE a(actor TEXT, resource TEXT)", nullptr, nullptr, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "INSERT INTO a VALUES ('Xa','p/1'),('xa','p/2'),('xb','q')", nullptr, nullptr, nullptr),
            SQLITE_OK);
  const auto count = [&](std::string_view filter) {
    const auto condition = Compile(filter, TestFields()).value();
    sqlite3_stmt* statement = nullptr;
    const std::string sql = "SELECT count(*) FROM a WHERE " + condition.sql;
    EXPECT_EQ(sqlite3_prepare_v2(raw, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    for (const auto& param : condition.params) {
      const int index = sqlite3_bind_parameter_index(statement, fmt::format(":{}", param.name).c_str());
      const auto& text = std::get<std::string>(std::get<db::Value>(param.value));
      sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    }
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const int rows = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return rows;
  };
  EXPECT_EQ(count("actor:x*"), 2);
  EXPECT_EQ(count("resource:p/*"), 2);
  EXPECT_EQ(count("-resource:p/*"), 1);
  EXPECT_EQ(count("actor:*"), 3);
  std::string deep = std::string(32, '(') + "actor=xa" + std::string(32, ')');
  EXPECT_EQ(count(deep), 1);
  std::string wide = "actor=xa";
  for (int i = 1; i < 100; ++i) wide += " OR resource:z*";
  EXPECT_EQ(count(wide), 1);
}

std::string Order(std::string_view text) {
  const auto terms = ParseOrderBy(text, TestFields());
  if (!terms.ok()) return terms.error().message();
  std::string out;
  for (const auto& term : *terms) out += fmt::format("{}{} ", term.field->column, term.descending ? "-" : "+");
  return out;
}

TEST(OrderBy, ReadsFieldsAndDirections) {
  EXPECT_EQ(Order(""), "");
  EXPECT_EQ(Order("create_time desc, actor"), "a.create_time- a.actor+ ");
  EXPECT_EQ(Order("  createTime   asc ,rows\tdesc"), "a.create_time+ a.row_count- ");
}

TEST(OrderBy, RefusesTheRest) {
  EXPECT_THAT(Order("nope"), HasSubstr("orderBy: no field 'nope'; known are actor"));
  EXPECT_THAT(Order("actor,"), HasSubstr("no field ''"));
  EXPECT_THAT(Order(",actor"), HasSubstr("no field ''"));
  EXPECT_EQ(Order("actor up"), "orderBy: only asc or desc may follow 'actor'");
  EXPECT_EQ(Order("actor desc desc"), "orderBy: only asc or desc may follow 'actor'");
  EXPECT_EQ(Order("actor, actor desc"), "orderBy: field 'actor' stands twice");
  EXPECT_EQ(ParseOrderBy("x", TestFields()).error().fields().at(0).field, "orderBy");
  EXPECT_THAT(Order(std::string(100000, 'x') + "\xFF"), HasSubstr("no field 'xxx"));
}

}  // namespace
}  // namespace argus::filter
