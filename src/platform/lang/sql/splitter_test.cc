#include "platform/lang/sql/splitter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "platform/base/reasons.h"

namespace argus::sql {
namespace {

using Texts = std::vector<std::string>;

struct Case {
  std::string name;
  Engine engine;
  std::string script;
  Texts statements;
};

constexpr auto kPg = Engine::kPostgres;
constexpr auto kLite = Engine::kSqlite;

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class SplitTest : public testing::TestWithParam<Case> {};

TEST_P(SplitTest, CutsWhereTheServerWould) {
  const auto statements = Split(GetParam().script, GetParam().engine);
  ASSERT_TRUE(statements.ok()) << statements.error().ToString();
  Texts texts;
  for (const auto& statement : *statements) texts.emplace_back(statement.text);
  EXPECT_EQ(texts, GetParam().statements);
}

const std::string kAtomic =
    "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC\n"
    "  SELECT CASE WHEN a > 1 THEN 2 END AS \"end\";\n  SELECT t.end FROM t;\nEND";
const std::string kTrigger =
    "CREATE TEMP TRIGGER g AFTER INSERT ON t WHEN CASE NEW.a WHEN 1 THEN 1 END BEGIN\n"
    "  UPDATE t SET a = CASE a WHEN 1 THEN 2 ELSE 3 END;\n  SELECT end FROM t;\nEND";

INSTANTIATE_TEST_SUITE_P(
    Table, SplitTest,
    testing::Values(
        Case{"Empty", kPg, "", {}}, Case{"OnlySpaceAndComments", kPg, " ;; -- a;\n/* b; */ ;\n", {}},
        Case{"LastWithoutSemicolon", kPg, "SELECT 1;SELECT 2", {"SELECT 1", "SELECT 2"}},
        Case{"CommentsAround", kPg, "-- a;\nSELECT /* b; */ 1 -- c;\n; -- d", {"SELECT /* b; */ 1"}},
        Case{"ByteOrderMark", kPg, "\xEF\xBB\xBFSELECT 1;", {"SELECT 1"}},
        Case{"CarriageReturnEndsComment", kPg, "-- a\rSELECT 1;", {"SELECT 1"}},
        Case{"CarriageReturnKeepsSqliteComment", kLite, "-- a\rSELECT 1;\nSELECT 2", {"SELECT 2"}},
        Case{"NestedComment", kPg, "/* a /* b; */ ; */ SELECT 1;", {"SELECT 1"}},
        Case{"SqliteCommentsDoNotNest", kLite, "/* a /* b; */ SELECT 1; SELECT 2", {"SELECT 1", "SELECT 2"}},
        Case{"DoubledQuote", kPg, "SELECT 'a;''b;'; SELECT 2", {"SELECT 'a;''b;'", "SELECT 2"}},
        Case{"BackslashIsNoEscape", kPg, R"(SELECT 'a\'; SELECT 2)", {R"(SELECT 'a\')", "SELECT 2"}},
        Case{"EscapeString", kPg, R"(SELECT E'a\';b' ; SELECT 2)", {R"(SELECT E'a\';b')", "SELECT 2"}},
        Case{"EscapeStringContinues",
             kPg,
             "SELECT e'a' -- x\n 'b\\';c'; SELECT 2",
             {"SELECT e'a' -- x\n 'b\\';c'", "SELECT 2"}},
        Case{"EscapeStringOnOneLineDoesNot", kPg, R"(SELECT E'a' 'b\'; SELECT 2)", {R"(SELECT E'a' 'b\')", "SELECT 2"}},
        Case{"UnicodeString",
             kPg,
             R"(SELECT U&'\0441;', U&"a;b"; SELECT 2)",
             {R"(SELECT U&'\0441;', U&"a;b")", "SELECT 2"}},
        Case{"NameBeforeString", kPg, R"(SELECT type'a\'; SELECT 2)", {R"(SELECT type'a\')", "SELECT 2"}},
        Case{"QuotedName", kPg, R"(SELECT 1 AS "a;""b;"; SELECT 2)", {R"(SELECT 1 AS "a;""b;")", "SELECT 2"}},
        Case{"DollarQuote", kPg, "SELECT $$a;'b$$; SELECT 2", {"SELECT $$a;'b$$", "SELECT 2"}},
        Case{"DollarTag", kPg, "SELECT $f_1$a;$$;$f$;$f_1$; SELECT 2", {"SELECT $f_1$a;$$;$f$;$f_1$", "SELECT 2"}},
        Case{"DollarInName", kPg, "SELECT a$b$; SELECT c$b$", {"SELECT a$b$", "SELECT c$b$"}},
        Case{"Parameter", kPg, "SELECT $1$a;b; SELECT 2", {"SELECT $1$a", "b", "SELECT 2"}},
        Case{"Rule",
             kPg,
             "CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT (2)); SELECT 3",
             {"CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT (2))", "SELECT 3"}},
        Case{"BeginAtomic", kPg, kAtomic + "; SELECT 2", {kAtomic, "SELECT 2"}},
        Case{"EmptyAtomic",
             kPg,
             "CREATE PROCEDURE p() BEGIN ATOMIC END; SELECT 2",
             {"CREATE PROCEDURE p() BEGIN ATOMIC END", "SELECT 2"}},
        Case{"PlainBegin", kPg, "BEGIN; SELECT 1; END", {"BEGIN", "SELECT 1", "END"}},
        Case{"FunctionNamedBegin",
             kPg,
             "CREATE FUNCTION begin(begin atomic) RETURNS int AS 'x' LANGUAGE c; SELECT 2",
             {"CREATE FUNCTION begin(begin atomic) RETURNS int AS 'x' LANGUAGE c", "SELECT 2"}},
        Case{"StrayParenthesis", kPg, "SELECT 1); SELECT 2", {"SELECT 1)", "SELECT 2"}},
        Case{"CopyToFile",
             kPg,
             "COPY t TO '/tmp/x'; SELECT stdin FROM stdout",
             {"COPY t TO '/tmp/x'", "SELECT stdin FROM stdout"}},
        Case{"Trigger", kLite, kTrigger + ";\nSELECT 2;", {kTrigger, "SELECT 2"}},
        Case{"SqliteQuotes",
             kLite,
             "SELECT [a;b], `c;``d`, \"e;\", x'00', 'f;\\'; SELECT 2",
             {"SELECT [a;b], `c;``d`, \"e;\", x'00', 'f;\\'", "SELECT 2"}},
        Case{"SqliteParenthesisDoesNotSwallow", kLite, "SELECT (1; SELECT 2", {"SELECT (1", "SELECT 2"}},
        Case{"SqliteDollarIsAParameter", kLite, "SELECT $a$; SELECT $a$", {"SELECT $a$", "SELECT $a$"}}),
    [](const auto& info) { return info.param.name; });

TEST(Split, GivesOffsetsAndPositionsInCodePoints) {
  const std::string script = "\xEF\xBB\xBFSELECT '稽核';\r\n  /* é */ SELECT\n2;\rSELECT 3;";
  const auto statements = Split(script, kPg);
  ASSERT_TRUE(statements.ok());
  ASSERT_EQ(statements->size(), 3u);
  EXPECT_EQ((*statements)[0].start, (Position{1, 1}));
  EXPECT_EQ((*statements)[1].start, (Position{2, 11}));
  EXPECT_EQ((*statements)[2].start, (Position{4, 1}));
  for (const auto& s : *statements) EXPECT_EQ(script.substr(s.offset, s.text.size()), s.text);
}

struct BadCase {
  std::string name;
  Engine engine;
  std::string script;
  Reason reason;
  std::string line, column, says;
};

void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }

class SplitErrorTest : public testing::TestWithParam<BadCase> {};

TEST_P(SplitErrorTest, NamesThePlace) {
  const auto& param = GetParam();
  const auto statements = Split(param.script, param.engine);
  ASSERT_FALSE(statements.ok());
  const auto& error = statements.error();
  EXPECT_EQ(error.code(), Code::kInvalidArgument);
  EXPECT_EQ(error.reason(), param.reason);
  const std::vector<std::pair<std::string, std::string>> place{{"line", param.line}, {"column", param.column}};
  EXPECT_EQ(error.metadata(), place);
  EXPECT_NE(error.message().find(param.says), std::string::npos) << error.message();
}

INSTANTIATE_TEST_SUITE_P(
    Table, SplitErrorTest,
    testing::Values(
        BadCase{"String", kPg, "SELECT 1;\n SELECT 'a;", reasons::kSqlUnterminated, "2", "9", "string"},
        BadCase{"EscapedEnd", kPg, "SELECT E'a\\'", reasons::kSqlUnterminated, "1", "8", "string"},
        BadCase{"Dollar", kPg, "SELECT $a$ $b$", reasons::kSqlUnterminated, "1", "8", "string"},
        BadCase{"Name", kPg, "SELECT \"a", reasons::kSqlUnterminated, "1", "8", "quoted name"},
        BadCase{"Bracket", kLite, "SELECT [a", reasons::kSqlUnterminated, "1", "8", "quoted name"},
        BadCase{"Comment", kPg, "/* /* */ SELECT 1", reasons::kSqlUnterminated, "1", "1", "comment"},
        BadCase{"Parenthesis", kPg, "SELECT 1;\nSELECT (1; SELECT 2", reasons::kSqlUnterminated, "2", "8",
                "parenthesis"},
        BadCase{"Body", kLite, "CREATE TRIGGER g; SELECT 1", reasons::kSqlUnterminated, "1", "8", "statement body"},
        BadCase{"Psql", kPg, "SELECT 1;\n\\copy t FROM x\n", reasons::kSqlNotSupported, "2", "1", "\\copy "},
        BadCase{"PsqlAtTheEnd", kPg, "SELECT 1 \\gexec", reasons::kSqlNotSupported, "1", "10", "\\gexec"},
        BadCase{"Sqlite3", kLite, "SELECT 1;\n.read x\n", reasons::kSqlNotSupported, "2", "1", ".read "},
        BadCase{"CopyStdin", kPg, "SELECT 1; COPY t (a) FROM stdin;\n1\n\\.\n", reasons::kSqlNotSupported, "1", "11",
                "COPY"},
        BadCase{"CopyStdout", kPg, "COPY (SELECT 1) TO STDOUT", reasons::kSqlNotSupported, "1", "1", "COPY"},
        BadCase{"Nul", kPg, std::string("SELECT '\0'", 10), reasons::kSqlNotSupported, "1", "9", "NUL"}),
    [](const auto& info) { return info.param.name; });

// Random scripts out of the pieces that matter: what is between the statements must mean nothing, and the statements
// must stand in order without overlap.
TEST(Split, PiecesCoverTheScript) {
  const std::vector<std::string> pieces = {
      "'",  "\"", "$$", "$a$",   "/*",       "*/",   "--",      "\n",        "\r\n",     ";",          ";", " ",
      "E'", "(",  ")",  "BEGIN", " ATOMIC ", " END", "CREATE ", "FUNCTION ", "TRIGGER ", "[",          "]", "`",
      "x",  "1",  ".",  "é",     "\xFF",     "U&'",  "\\",      "=",         "COPY ",    "FROM STDIN "};
  std::mt19937 random(20260524);
  int split = 0;
  for (int round = 0; round < 20000; ++round) {
    const Engine engine = round % 2 == 0 ? kPg : kLite;
    std::string script;
    for (auto length = random() % 14; length > 0; --length) script += pieces[random() % pieces.size()];
    const auto statements = Split(script, engine);
    if (!statements.ok()) continue;
    ++split;
    std::size_t end = 0;
    std::string gaps;
    for (const auto& statement : *statements) {
      ASSERT_GE(statement.offset, end) << script;
      ASSERT_FALSE(statement.text.empty()) << script;
      ASSERT_EQ(statement.start, PositionAt(script, statement.offset)) << script;
      gaps += script.substr(end, statement.offset - end) + "\n";
      end = statement.offset + statement.text.size();
    }
    gaps += script.substr(end);
    Lexer lexer(gaps, engine);
    for (Token token = lexer.NextSignificant(); token.kind != TokenKind::kEnd; token = lexer.NextSignificant()) {
      ASSERT_TRUE(token.IsSymbol(';')) << script << "\ngaps: " << gaps;
    }
  }
  EXPECT_GT(split, 5000);
}

TEST(Lexer, TokensFollowEachOtherWithoutGap) {
  std::mt19937 random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = "'\"$a1E-/*;\n\\[]`.@:?(\xC3"[random() % 22];
    std::string joined;
    Lexer lexer(text, round % 2 == 0 ? kPg : kLite);
    for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
      ASSERT_FALSE(token.text.empty());
      ASSERT_EQ(token.offset, joined.size());
      joined += token.text;
    }
    ASSERT_EQ(joined, text);
  }
}

// 2 MiB of each: quadratic work would take minutes.
TEST(Split, TakesLinearTime) {
  for (const std::string piece : {"/*", "$a$;", "$", "E'a'\n", "(", "'", "a;", "--\n", "[", "\\", "1e", "x.", "\n"}) {
    std::string script = "SELECT ";
    while (script.size() < (2u << 20)) script += piece;
    (void)Split(script, kPg);
    (void)Split(script, kLite);
  }
}

}  // namespace
}  // namespace argus::sql
