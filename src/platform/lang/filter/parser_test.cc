#include "platform/lang/filter/parser.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace argus::filter {
namespace {

using testing::HasSubstr;

std::string Show(const Expression& e) {
  if (e.kind == Expression::Kind::kComparison) {
    const Comparison& c = e.comparison;
    return fmt::format("{}{}[{}]{}", c.field, OperatorText(c.op), c.value, c.is_prefix ? "*" : "");
  }
  std::string out = e.kind == Expression::Kind::kAnd ? "and(" : e.kind == Expression::Kind::kOr ? "or(" : "not(";
  for (std::size_t i = 0; i < e.children.size(); ++i) out += (i > 0 ? " " : "") + Show(e.children[i]);
  return out + ")";
}

// The tree in prefix form, or the error's message.
std::string Tree(std::string_view text) {
  const auto result = Parse(text);
  return result.ok() ? Show(*result) : result.error().message();
}

TEST(FilterParser, ReadsTheFiltersOfTheDocuments) {
  EXPECT_EQ(Tree("timestamp>=2026-04-01T00:00:00Z AND timestamp<2026-05-01T00:00:00Z"),
            "and(timestamp>=[2026-04-01T00:00:00Z] timestamp<[2026-05-01T00:00:00Z])");
  EXPECT_EQ(Tree("actor:user/login_id=alice"), "actor:[user/login_id=alice]");
  EXPECT_EQ(Tree("actor=user/login_id=alice"), "actor=[user/login_id=alice]");
}

TEST(FilterParser, OrBindsTighterThanAnd) {
  EXPECT_EQ(Tree("a=1 AND b=2 OR c=3"), "and(a=[1] or(b=[2] c=[3]))");
  EXPECT_EQ(Tree("a=1 b=2 OR c=3 d=4"), "and(a=[1] or(b=[2] c=[3]) d=[4])");
  EXPECT_EQ(Tree("(a=1 AND b=2) OR c=3"), "or(and(a=[1] b=[2]) c=[3])");
}

TEST(FilterParser, Negates) {
  EXPECT_EQ(Tree("NOT a=1 -b=2 NOT (c=3 OR d=4) NOT(e=5)"), "and(not(a=[1]) not(b=[2]) not(or(c=[3] d=[4])) not(e=[5]))");
  EXPECT_EQ(Tree("NOTE=1 ANDROID=2 ORDER=3"), "and(NOTE=[1] ANDROID=[2] ORDER=[3])");
}

TEST(FilterParser, ReadsValues) {
  EXPECT_EQ(Tree("  a =  1\n\tb != \"two words\" c<='it\\'s' "), "and(a=[1] b!=[two words] c<=[it's])");
  EXPECT_EQ(Tree(R"(a="")"), "a=[]");
  EXPECT_EQ(Tree("a=-5 b:稽核"), "and(a=[-5] b:[稽核])");
  EXPECT_EQ(Tree("resource:projects/play/*"), "resource:[projects/play/]*");
  EXPECT_EQ(Tree(R"(a="x*" b="x\*" c:*)"), "and(a=[x]* b=[x*] c:[]*)");
  EXPECT_EQ(Tree("a.b>1"), "a.b>[1]");
  EXPECT_EQ(Tree(""), "and()");
  EXPECT_EQ(Tree(" \t\n"), "and()");
}

TEST(FilterParser, SaysWhereItIsWrong) {
  EXPECT_EQ(Tree("a"), "filter, column 2: an operator is expected: = != < <= > >= :");
  EXPECT_EQ(Tree("稽=1"), "filter, column 1: a field name is expected");
  EXPECT_EQ(Tree("a=\"稽核\"x"), "filter, column 7: a blank is expected after the quote");
  EXPECT_EQ(Tree("a="), "filter, column 3: a value is expected");
  EXPECT_EQ(Tree("a=(b)"), "filter, column 3: a value is expected");
  EXPECT_EQ(Tree("a=\"x"), "filter, column 3: the quote is not closed");
  EXPECT_EQ(Tree("a=\"x\\"), "filter, column 3: the quote is not closed");
  EXPECT_EQ(Tree("a=1 AND"), "filter, column 8: a field name is expected");
  EXPECT_EQ(Tree("a=1 AND AND b=2"), "filter, column 9: a field name is expected");
  EXPECT_EQ(Tree("(a=1 AND ) b=2"), "filter, column 10: a field name is expected");
  EXPECT_EQ(Tree("OR a=1"), "filter, column 1: a field name is expected");
  EXPECT_EQ(Tree("a=1 OR"), "filter, column 7: a field name is expected");
  EXPECT_EQ(Tree("a=1)"), "filter, column 4: unexpected ')'");
  EXPECT_EQ(Tree("(a=1"), "filter, column 5: ')' expected");
  EXPECT_EQ(Tree("()"), "filter, column 2: empty parentheses");
  EXPECT_EQ(Tree("a=x*y"), "filter, column 4: '*' is understood only at the end of a value");
  EXPECT_EQ(Tree("1=1"), "filter, column 1: a field name is expected");
  const auto result = Parse("a");
  EXPECT_EQ(result.error().reason().name, "INVALID_FILTER");
  EXPECT_EQ(result.error().fields().at(0).field, "filter");
}

TEST(FilterParser, HostileTextEndsInAnError) {
  EXPECT_THAT(Tree(std::string(kMaxBytes + 1, 'a')), HasSubstr("at most 4096 bytes"));
  EXPECT_THAT(Tree(std::string(4000, '(')), HasSubstr("nested too deeply"));
  EXPECT_THAT(Tree("a=\xFF"), HasSubstr("not valid UTF-8"));
  EXPECT_THAT(Tree(std::string_view("a=x\0y", 5)), HasSubstr("column 4: a NUL character"));
  std::string many;
  for (int i = 0; i <= kMaxComparisons; ++i) many += "a=1 ";
  EXPECT_THAT(Tree(many), HasSubstr("more than 100 comparisons"));
  EXPECT_THAT(Tree(std::string(100, '-') + "a=1"), HasSubstr("a field name is expected"));
}

}  // namespace
}  // namespace argus::filter
