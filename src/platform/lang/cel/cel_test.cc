#include "platform/lang/cel/cel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace argus::cel {
namespace {

using testing::HasSubstr;

const Declarations kDeclared = {{"project", Type::kString},   {"rows", Type::kInt},       {"ratio", Type::kDouble},
                                {"urgent", Type::kBool},      {"kinds", Type::kStringList}, {"at", Type::kTimestamp},
                                {"unbound", Type::kInt}};

Bindings Bound() {
  return {{"project", "projects/稽核"},
          {"rows", std::int64_t{1200}},
          {"ratio", 0.5},
          {"urgent", true},
          {"kinds", std::vector<std::string>{"CREATE_TABLE", "DROP_TABLE"}},
          {"at", FromMicros(1'779'612'131'000'000)}};
}

// "true", "false" or the error's message.
std::string Outcome(std::string_view text) {
  auto program = Compile(text, kDeclared);
  if (!program.ok()) return "compile: " + program.error().message();
  auto result = program->Evaluate(Bound());
  if (!result.ok()) return "evaluate: " + result.error().message();
  return *result ? "true" : "false";
}

TEST(Cel, DecidesWhatARuleAsks) {
  EXPECT_EQ(Outcome(R"(project == "projects/稽核" && rows > 1000)"), "true");
  EXPECT_EQ(Outcome(R"("DROP_TABLE" in kinds)"), "true");
  EXPECT_EQ(Outcome(R"(project in ['a', 'b'])"), "false");
  EXPECT_EQ(Outcome(R"(kinds.exists(k, k.startsWith("DROP")))"), "true");
  EXPECT_EQ(Outcome(R"(kinds.all(k, k.endsWith("TABLE") && size(k) > 3))"), "true");
  EXPECT_EQ(Outcome(R"(kinds.all(k, kinds.exists(j, j != k)))"), "true");
  EXPECT_EQ(Outcome(R"(urgent ? rows < 10 : rows > 10)"), "false");
  EXPECT_EQ(Outcome(R"(project.contains("稽") && project.matches("^projects/.{2}$"))"), "true");
  EXPECT_EQ(Outcome("at < timestamp('2026-05-24T08:42:12Z') // a comment"), "true");
  EXPECT_EQ(Outcome("!urgent || (rows % 7 == 3 && -rows < 0)"), "true");
}

TEST(Cel, KnowsItsOperatorsAndTheirPrecedence) {
  EXPECT_EQ(Outcome("1 + 2 * 3 - 4 / 2 == 5"), "true");
  EXPECT_EQ(Outcome("(1 + 2) * 3 == 9 && 7 % -4 == 3 && -7 / 2 == -3"), "true");
  EXPECT_EQ(Outcome("1 < 2 == true"), "true");
  EXPECT_EQ(Outcome("true || false && false"), "true");
  EXPECT_EQ(Outcome("--rows == rows && !!urgent"), "true");
  EXPECT_EQ(Outcome("0x1F == 31 && 1e3 == 1000.0 && .5 == ratio"), "true");
  EXPECT_EQ(Outcome("-9223372036854775808 < 0"), "true");
  EXPECT_EQ(Outcome("false < true && 'a' < 'b' && 'Z' < 'a'"), "true");
  EXPECT_EQ(Outcome("[1, 2] == [1, 2] && [1] != [2] && [] == [] && [1] + [2] == [1, 2] && kinds + [] == kinds"), "true");
  EXPECT_EQ(Outcome("size('稽核') == 2 && 'ab'.size() == 2 && size([]) == 0 && size(kinds) == 2"), "true");
  EXPECT_EQ(Outcome("false ? urgent : true ? true : false"), "true");
  EXPECT_EQ(Outcome("'a' in [] || [].exists(x, true)"), "false");
}

TEST(Cel, ReadsEveryKindOfString) {
  EXPECT_EQ(Outcome(R"('it''s')"), "compile: column 5: unexpected 's'");
  EXPECT_EQ(Outcome(R"("a\n\x41\u7A3D\U0001F600\101\"" == '''a
A稽😀A"''')"), "true");
  EXPECT_EQ(Outcome(R"(r"\d" == "\\d")"), "true");
  EXPECT_THAT(Outcome(R"("\q" == "")"), HasSubstr("column 2: unknown escape"));
  EXPECT_THAT(Outcome(R"("\uD800" == "")"), HasSubstr("malformed escape"));
  EXPECT_THAT(Outcome("'a\nb' == ''"), HasSubstr("string is not closed"));
  EXPECT_THAT(Outcome("'abc\\"), HasSubstr("unknown escape"));
}

TEST(Cel, ComparesNumbersByTheirExactValue) {
  EXPECT_EQ(Outcome("1 == 1.0 && 1 < 1.5 && 2 > 1.5 && -1 > -1.5"), "true");
  EXPECT_EQ(Outcome("9007199254740993 == 9007199254740992.0"), "false");
  EXPECT_EQ(Outcome("9223372036854775807 < 9223372036854775808.0"), "true");
  EXPECT_EQ(Outcome("0.0 / 0.0 == 0.0 / 0.0"), "false");
  EXPECT_EQ(Outcome("0.0 / 0.0 != 1"), "true");
  EXPECT_EQ(Outcome("1 < 0.0 / 0.0 || 1 >= 0.0 / 0.0"), "false");
  EXPECT_EQ(Outcome("1 in [1.0, 2.0]"), "true");
}

TEST(Cel, AnErrorGivesWayToADecidingOperand) {
  EXPECT_EQ(Outcome("1 / 0 == 1"), "evaluate: division by zero");
  EXPECT_EQ(Outcome("1 / 0 == 1 && false"), "false");
  EXPECT_EQ(Outcome("false && 1 / 0 == 1"), "false");
  EXPECT_EQ(Outcome("1 / 0 == 1 || true"), "true");
  EXPECT_EQ(Outcome("1 / 0 == 1 && true"), "evaluate: division by zero");
  EXPECT_EQ(Outcome("[0, 1].exists(x, 1 / x == 1)"), "true");
  EXPECT_EQ(Outcome("[0, 1].all(x, 1 / x == 2)"), "false");
  EXPECT_EQ(Outcome("[0, 1].all(x, 1 / x == 1)"), "evaluate: division by zero");
  EXPECT_EQ(Outcome("true ? urgent : 1 / 0 == 1"), "true");
}

TEST(Cel, OverflowAndBadTimesAreErrors) {
  for (const char* text : {"9223372036854775807 + 1 > 0", "-9223372036854775808 - 1 > 0", "rows * 9223372036854775807 > 0",
                           "-9223372036854775808 / -1 > 0", "-9223372036854775808 % -1 > 0", "-(-9223372036854775808) > 0"}) {
    EXPECT_EQ(Outcome(text), "evaluate: integer overflow") << text;
  }
  EXPECT_EQ(Outcome("rows % 0 == 0"), "evaluate: division by zero");
  EXPECT_EQ(Outcome("unbound == 1"), "evaluate: no value for variable 'unbound'");
  EXPECT_THAT(Outcome("timestamp('yesterday') < at"), HasSubstr("evaluate: not an RFC 3339 time"));
}

TEST(Cel, RefusesABindingOfAnotherType) {
  auto program = Compile("rows > 1", kDeclared);
  ASSERT_TRUE(program.ok());
  EXPECT_FALSE(program->Evaluate({{"rows", "many"}}).ok());
}

TEST(Cel, TypesAreCheckedWhenCompiled) {
  EXPECT_EQ(Outcome("rows"), "compile: column 1: the expression must be a bool, not int");
  EXPECT_EQ(Outcome("rows + ratio > 1.0"), "compile: column 6: no such operation on int and double");
  EXPECT_EQ(Outcome("project > 1"), "compile: column 9: no such operation on string and int");
  EXPECT_EQ(Outcome("urgent && rows"), "compile: column 11: operands of !, && and || must be bool, not int");
  EXPECT_EQ(Outcome("!rows"), "compile: column 2: operands of !, && and || must be bool, not int");
  EXPECT_EQ(Outcome("1 in kinds"), "compile: column 3: no such operation on int and list<string>");
  EXPECT_EQ(Outcome("[1, 'a'] == []"), "compile: column 5: the items of a list must have one type, not string");
  EXPECT_EQ(Outcome("kinds < kinds"), "compile: column 7: no such operation on list<string> and list<string>");
  EXPECT_EQ(Outcome("urgent ? 1 : 'a' == 'b'"), "compile: column 18: both sides of : must have one type, not bool");
  EXPECT_EQ(Outcome("project.all(c, true)"), "compile: column 1: all() and exists() belong to lists, not string");
  EXPECT_EQ(Outcome("kinds.all(k, k)"), "compile: column 14: the predicate must be a bool, not string");
  EXPECT_EQ(Outcome("-project == ''"), "compile: column 1: no such operation on string");
}

TEST(Cel, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(Outcome("nope == 1"),
            "compile: column 1: unknown variable 'nope'; known are at, kinds, project, ratio, rows, unbound, urgent");
  EXPECT_EQ(Outcome("kinds.all(k, true) && k == 'a'").substr(0, 40), "compile: column 23: unknown variable 'k'");
  EXPECT_EQ(Outcome("rows.size() == 1"), "compile: column 6: no such operation on int");
  EXPECT_EQ(Outcome("lower(project) == ''"), "compile: column 1: no function 'lower' with 1 arguments");
  EXPECT_EQ(Outcome("project.startsWith() == ''"), "compile: column 9: no method 'startsWith' with 0 arguments");
  EXPECT_EQ(Outcome("project.name == ''"), "compile: column 9: no field 'name': only methods follow '.'");
  EXPECT_THAT(Outcome("project.matches('(')"), HasSubstr("column 17: not a regular expression"));
  EXPECT_THAT(Outcome("project.matches(project)"), HasSubstr("must be a string literal"));
}

TEST(Cel, SaysWhereTheSyntaxIsWrong) {
  EXPECT_EQ(Outcome(""), "compile: column 1: the expression ends too early");
  EXPECT_EQ(Outcome("'稽核' == "), "compile: column 9: the expression ends too early");
  EXPECT_EQ(Outcome("urgent urgent"), "compile: column 8: unexpected 'urgent'");
  EXPECT_EQ(Outcome("(urgent"), "compile: column 8: ')' expected");
  EXPECT_EQ(Outcome("rows = 1"), "compile: column 6: unexpected character");
  EXPECT_EQ(Outcome("rows == 1u"), "compile: column 9: malformed number");
  EXPECT_EQ(Outcome("rows == 9223372036854775808"), "compile: column 9: integer is too large");
  EXPECT_EQ(Outcome("rows == 99999999999999999999"), "compile: column 9: integer is too large");
  EXPECT_EQ(Outcome("ratio == 1e999"), "compile: column 10: number is out of range");
  EXPECT_EQ(Outcome("null == null"), "compile: column 1: null is not supported");
  EXPECT_EQ(Outcome("b'x' == b'x'"), "compile: column 1: byte strings are not supported");
  EXPECT_EQ(Outcome("for == 1"), "compile: column 1: 'for' is a reserved word");
  EXPECT_EQ(Outcome("kinds[0] == ''"), "compile: column 6: indexing is not supported");
  EXPECT_EQ(Outcome("\xFF"), "compile: the expression is not valid UTF-8");
}

TEST(Cel, HostileTextEndsInAnError) {
  EXPECT_THAT(Outcome(std::string(5000, ' ')), HasSubstr("at most 4096 bytes"));
  EXPECT_THAT(Outcome(std::string(4000, '(')), HasSubstr("nested too deeply"));
  EXPECT_THAT(Outcome(std::string(4000, '[')), HasSubstr("nested too deeply"));
  EXPECT_THAT(Outcome(std::string(4000, '!') + "urgent"), HasSubstr("nested too deeply"));
  EXPECT_THAT(Outcome(std::string(4000, '-') + "rows > 1"), HasSubstr("nested too deeply"));
  std::string sum = "1", chain = "urgent", ternary;
  for (int i = 0; i < 1000; ++i) sum += "+1";
  for (int i = 0; i < 300; ++i) chain += " && urgent";
  for (int i = 0; i < 300; ++i) ternary += "urgent?true:";
  EXPECT_THAT(Outcome(sum + " > 0"), HasSubstr("nested too deeply"));
  EXPECT_EQ(Outcome(chain), "true");
  EXPECT_THAT(Outcome(ternary + "true"), HasSubstr("nested too deeply"));
}

TEST(Cel, NestedMacrosHaveAPrice) {
  Bindings bindings = {{"kinds", std::vector<std::string>(1000, "x")}};
  auto cheap = Compile("kinds.all(a, a == 'x')", kDeclared);
  EXPECT_TRUE(cheap->Evaluate(bindings).value());
  auto dear = Compile("kinds.all(a, kinds.all(b, kinds.all(c, a == c)))", kDeclared);
  auto result = dear->Evaluate(bindings);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message(), "the expression takes too many steps");
}

}  // namespace
}  // namespace argus::cel
