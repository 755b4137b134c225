#include "review/reviewer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "review/parser_worker.h"
#include "review/session.h"

namespace argus::review {
namespace {

using Lines = std::vector<std::string>;
using namespace std::chrono_literals;

// Too deep for a stack of 8 MiB.
std::string Deep() {
  std::string sql = "SELECT 1";
  for (int i = 0; i < 200'000; ++i) sql += "+1";
  return sql;
}

v1::DatabaseSchema ShopSchema() {
  v1::DatabaseSchema schema;
  auto& main = *schema.add_schemas();
  main.set_name("main");
  auto& item = *main.add_tables();
  item.set_name("item");
  item.add_columns()->set_name("id");
  item.mutable_columns(0)->set_type("INTEGER");
  item.add_columns()->set_name("odd \"name\"");
  auto& key = *item.add_constraints();
  key.set_type(v1::ConstraintMetadata::PRIMARY_KEY);
  key.add_columns("id");
  auto& view = *main.add_views();
  view.set_name("cheap");
  view.set_definition("CREATE VIEW cheap AS SELECT id FROM item");
  main.add_views()->set_definition("not a view");
  return schema;
}

// "line:column VERDICT CODE".
Lines Summaries(const Result<std::vector<v1::PlanCheckRun::Result>>& results) {
  if (!results.ok()) return {results.error().ToString()};
  Lines lines;
  for (const auto& result : *results) {
    lines.push_back(fmt::format("{}:{} {} {}", result.position().line(), result.position().column(),
                                v1::PlanCheckRun::Verdict_Name(result.verdict()), result.code()));
  }
  return lines;
}

class ReviewerTest : public testing::Test {
 protected:
  template <typename Method>
  auto Call(Method method, v1::Engine engine, const std::string& text, const v1::DatabaseSchema* schema = nullptr,
            const std::string& version = "15.4") {
    const auto statements = sql::Split(text, ToSqlEngine(engine));
    EXPECT_TRUE(statements.ok());
    return (reviewer_.*method)(ctx_, Script{text, &*statements, engine, version, schema});
  }
  Lines Syntax(v1::Engine engine, const std::string& text, const v1::DatabaseSchema* schema = nullptr,
               const std::string& version = "15.4") {
    return Summaries(Call(&Reviewer::CheckSyntax, engine, text, schema, version));
  }
  Lines Rules(v1::Engine engine, const std::string& text) { return Summaries(Call(&Reviewer::Review, engine, text)); }

  RequestContext ctx_;
  Reviewer reviewer_;
};

const Lines kGood = {"0:0 SUCCESS OK"};

TEST_F(ReviewerTest, AnswersWithOneSuccess) {
  for (const auto engine : {v1::POSTGRES, v1::SQLITE}) {
    EXPECT_EQ(Syntax(engine, "SELECT 1; SELECT 2"), kGood);
    EXPECT_EQ(Syntax(engine, ""), kGood);
    EXPECT_EQ(Rules(engine, "SELECT 1"), kGood);
  }
}

TEST_F(ReviewerTest, PointsAtSyntaxErrorsInTheScript) {
  for (const auto engine : {v1::POSTGRES, v1::SQLITE}) {
    EXPECT_EQ(Syntax(engine, "SELECT 1;\r\n  SELEC 2;"), Lines{"2:3 ERROR SYNTAX_ERROR"});
    EXPECT_EQ(Syntax(engine, "SELECT 'é';\n/* 漢字 */ SELECT 'é字' x y;"), Lines{"2:24 ERROR SYNTAX_ERROR"});
    EXPECT_EQ(Syntax(engine, "SELECT\r\n'é',\r\n FROM t; UPDATE t SET"),
              (Lines{"3:2 ERROR SYNTAX_ERROR", "3:22 ERROR SYNTAX_ERROR"}));
  }
}

TEST_F(ReviewerTest, DoesNotJudgeWhatIsNewerThanTheParser) {
  const std::string newer = "SELECT JSON_ARRAY(1 RETURNING jsonb)";
  EXPECT_EQ(Syntax(v1::POSTGRES, newer, nullptr, "17.2"), Lines{"1:21 WARNING NOT_JUDGED"});
  EXPECT_EQ(Syntax(v1::POSTGRES, newer, nullptr, "15.14"), Lines{"1:21 ERROR SYNTAX_ERROR"});
  EXPECT_EQ(Syntax(v1::POSTGRES, newer, nullptr, ""), Lines{"1:21 ERROR SYNTAX_ERROR"});
}

TEST_F(ReviewerTest, SurvivesStatementsThatEndTheParser) {
  const std::string script = "SELECT 1;\n" + Deep() + ";\nSELEC;\n" + Deep() + ";\nDELETE FROM t";
  EXPECT_EQ(Syntax(v1::POSTGRES, script), (Lines{"2:1 WARNING STATEMENT_TOO_COMPLEX", "3:1 ERROR SYNTAX_ERROR",
                                                 "4:1 WARNING STATEMENT_TOO_COMPLEX"}));
  EXPECT_EQ(Rules(v1::POSTGRES, script),
            (Lines{"2:1 WARNING STATEMENT_TOO_COMPLEX", "3:1 WARNING NOT_JUDGED", "4:1 WARNING STATEMENT_TOO_COMPLEX",
                   "5:1 WARNING STATEMENT_WHERE_REQUIRE_UPDATE_DELETE"}));
  EXPECT_EQ(Syntax(v1::POSTGRES, "SELECT 1"), kGood);
}

TEST_F(ReviewerTest, GivesUpOnAScriptThatEndsOneChildAfterTheOther) {
  std::string script;
  for (int i = 0; i < 5; ++i) script += Deep() + ";\n";
  EXPECT_EQ(Syntax(v1::POSTGRES, script + "SELECT 1").back(), "6:1 WARNING STATEMENT_TOO_COMPLEX");
}

TEST_F(ReviewerTest, ListsABoundedNumberOfFindings) {
  std::string script;
  for (int i = 0; i < 1'000; ++i) script += "DELETE FROM t;\n";
  const auto lines = Rules(v1::POSTGRES, script);
  EXPECT_EQ(lines.size(), 201u);
  EXPECT_EQ(lines.back(), "0:0 WARNING MORE_FINDINGS");
}

TEST_F(ReviewerTest, TellsStatementTypes) {
  EXPECT_EQ(
      *Call(&Reviewer::StatementTypes, v1::POSTGRES, "DROP TABLE t; DELETE FROM t; drop table u; DROP VIEW v NOW NOW"),
      (Lines{"DELETE", "DROP_TABLE", "DROP_VIEW"}));
  EXPECT_EQ(*Call(&Reviewer::StatementTypes, v1::SQLITE, "CREATE TABLE t (a); INSERT INTO t VALUES (1)"),
            (Lines{"CREATE_TABLE", "INSERT"}));
}

TEST_F(ReviewerTest, FollowsTheSqliteSchemaThroughTheScript) {
  const auto schema = ShopSchema();
  EXPECT_EQ(Syntax(v1::SQLITE,
                   "UPDATE item SET \"odd \"\"name\"\"\" = 1; SELECT * FROM cheap;\n"
                   "CREATE TABLE t (a); ALTER TABLE t RENAME TO u; INSERT INTO u VALUES (1);\n"
                   "INSERT INTO item (id) VALUES (1) ON CONFLICT (id) DO NOTHING;\n"
                   "SELECT * FROM t;\n SELECT missing FROM u;\nCREATE TABLE u (a);",
                   &schema),
            (Lines{"4:1 WARNING OBJECT_NOT_FOUND", "5:2 WARNING OBJECT_NOT_FOUND", "6:1 WARNING STATEMENT_REFUSED"}));
}

TEST_F(ReviewerTest, ForgetsTheSqliteScriptBefore) {
  const auto schema = ShopSchema();
  EXPECT_EQ(Syntax(v1::SQLITE, "CREATE TABLE t (a)", &schema), kGood);
  EXPECT_EQ(Syntax(v1::SQLITE, "CREATE TABLE t (a)", &schema), kGood);
}

TEST_F(ReviewerTest, SaysNothingOfMissingTablesWhereNoSchemaIsKnown) {
  EXPECT_EQ(Syntax(v1::SQLITE, "SELECT a FROM missing; PRAGMA foreign_keys = ON; BEGIN; COMMIT"), kGood);
}

TEST_F(ReviewerTest, EndsWhatSqliteWouldNeverEnd) {
  EXPECT_EQ(Syntax(v1::SQLITE,
                   "CREATE TABLE t AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT i FROM r"),
            Lines{"1:1 WARNING STATEMENT_TOO_COMPLEX"});
}

TEST_F(ReviewerTest, LeavesFilesAlone) {
  const std::string path = testing::TempDir() + "/review_attached.db";
  Syntax(v1::SQLITE, "ATTACH '" + path + "' AS x; VACUUM INTO '" + path + "'; SELECT load_extension('x')");
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST_F(ReviewerTest, RemembersDefinitionsWhenTheChildIsReplaced) {
  std::string views = "CREATE VIEW v0 AS SELECT 1 AS a;";
  for (int i = 1; i < 40; ++i)
    views += fmt::format("CREATE VIEW v{} AS SELECT x.a FROM v{} x, v{} y GROUP BY 1;", i, i - 1, i - 1);
  const auto schema = ShopSchema();
  Reviewer impatient({.statement_timeout = 2s});
  const std::string text =
      "CREATE TABLE made (a);" + views + "\nSELECT * FROM v39;\nSELECT a FROM made;\nSELECT b FROM made";
  const auto statements = sql::Split(text, sql::Engine::kSqlite);
  // Whether time or memory runs out first depends on the machine; either way the child is lost.
  EXPECT_THAT(Summaries(impatient.CheckSyntax(ctx_, {text, &*statements, v1::SQLITE, "", &schema})),
              testing::ElementsAre(testing::AnyOf("2:1 WARNING STATEMENT_TOO_COMPLEX", "2:1 WARNING STATEMENT_REFUSED"),
                                   "4:1 WARNING OBJECT_NOT_FOUND"));
}

Script OneStatement(const std::vector<sql::SqlStatement>& statements) {
  return {"SELECT 1", &statements, v1::POSTGRES, "15", nullptr};
}

TEST_F(ReviewerTest, CallsADeadOrHungChildAFinding) {
  const std::vector<sql::SqlStatement> statements = {{"SELECT 1", 0, {}}};
  Reviewer dead({.worker_binary = "/bin/true", .worker_args = {}});
  EXPECT_EQ(Summaries(dead.CheckSyntax(ctx_, OneStatement(statements))), Lines{"1:1 WARNING STATEMENT_TOO_COMPLEX"});
  Reviewer hung({.worker_binary = "/bin/sleep", .worker_args = {"600"}, .statement_timeout = 20ms});
  EXPECT_EQ(Summaries(hung.CheckSyntax(ctx_, OneStatement(statements))), Lines{"1:1 WARNING STATEMENT_TOO_COMPLEX"});
}

TEST_F(ReviewerTest, FailsWhereNoChildCanBeStarted) {
  const std::vector<sql::SqlStatement> statements = {{"SELECT 1", 0, {}}};
  Reviewer broken({.worker_binary = "/nowhere"});
  EXPECT_EQ(broken.CheckSyntax(ctx_, OneStatement(statements)).error().code(), Code::kInternal);
}

TEST_F(ReviewerTest, StopsWhenTheCallerGoesAwayOrItsTimeIsOver) {
  const std::vector<sql::SqlStatement> statements = {{"SELECT 1", 0, {}}};
  Reviewer hung({.worker_binary = "/bin/sleep", .worker_args = {"600"}, .statement_timeout = 10min});
  ctx_.deadline = std::chrono::steady_clock::now() + 20ms;
  EXPECT_EQ(hung.CheckSyntax(ctx_, OneStatement(statements)).error().code(), Code::kDeadlineExceeded);
  ctx_.cancel->Cancel();
  EXPECT_EQ(hung.CheckSyntax(ctx_, OneStatement(statements)).error().code(), Code::kCancelled);
}

TEST_F(ReviewerTest, ServesManyAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        EXPECT_EQ(Syntax(v1::POSTGRES, "SELECT 1;\nSELEC"), Lines{"2:1 ERROR SYNTAX_ERROR"});
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace argus::review

// The test program is its own worker, as the server is.
int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "sql-parser-worker") return argus::review::RunParserWorker(0, 1);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
