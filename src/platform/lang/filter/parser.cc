#include "platform/lang/filter/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"

namespace argus::filter {
namespace {

// Longer ones first, so that the first that fits is the right one.
constexpr std::array<std::pair<std::string_view, Operator>, 7> kOperators = {{{"!=", Operator::kNotEqual},
                                                                              {"<=", Operator::kLessEqual},
                                                                              {">=", Operator::kGreaterEqual},
                                                                              {"=", Operator::kEqual},
                                                                              {"<", Operator::kLess},
                                                                              {">", Operator::kGreater},
                                                                              {":", Operator::kHas}}};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsWordPart(char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '.'; }
bool EndsValue(char c) { return IsBlank(c) || c == '(' || c == ')' || c == '\0'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Expression> Run() {
    ARGUS_ASSIGN(Expression filter, ParseFilter(0));
    if (Peek() != '\0') return Fail(fmt::format("unexpected '{}'", Peek()));
    return filter;
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  Error Fail(std::string_view message) const { return FilterError(text_, at_, message); }

  void SkipBlanks() {
    while (IsBlank(Peek())) ++at_;
  }

  std::string_view PeekWord() const {
    std::size_t end = at_;
    while (end < text_.size() && IsWordPart(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

  bool TakeKeyword(std::string_view keyword) {
    if (PeekWord() != keyword) return false;
    at_ += keyword.size();
    SkipBlanks();
    return true;
  }

  bool AtEndOfFilter() const { return Peek() == '\0' || Peek() == ')'; }

  Result<Expression> ParseFilter(int depth) {
    if (depth > kMaxDepth) return Fail("the filter is nested too deeply");
    Expression all;
    SkipBlanks();
    while (!AtEndOfFilter() || must_follow_) {
      ARGUS_ASSIGN(Expression factor, ParseFactor(depth));
      all.children.push_back(std::move(factor));
      must_follow_ = TakeKeyword("AND");
    }
    return Unwrapped(std::move(all));
  }

  Result<Expression> ParseFactor(int depth) {
    Expression any{Expression::Kind::kOr};
    do {
      ARGUS_ASSIGN(Expression term, ParseTerm(depth));
      any.children.push_back(std::move(term));
    } while (TakeKeyword("OR"));
    return Unwrapped(std::move(any));
  }

  static Expression Unwrapped(Expression list) {
    if (list.children.size() != 1) return list;
    Expression only = std::move(list.children.front());
    return only;
  }

  Result<Expression> ParseTerm(int depth) {
    must_follow_ = false;
    const bool negated = TakeMinus() || TakeKeyword("NOT");
    ARGUS_ASSIGN(Expression simple, Peek() == '(' ? ParseParenthesis(depth) : ParseComparison());
    SkipBlanks();
    if (!negated) return simple;
    Expression negation{Expression::Kind::kNot};
    negation.children.push_back(std::move(simple));
    return negation;
  }

  bool TakeMinus() { return Peek() == '-' && (++at_, true); }

  Result<Expression> ParseParenthesis(int depth) {
    ++at_;
    SkipBlanks();
    if (Peek() == ')') return Fail("empty parentheses");
    ARGUS_ASSIGN(Expression inner, ParseFilter(depth + 1));
    if (Peek() != ')') return Fail("')' expected");
    ++at_;
    return inner;
  }

  Result<Expression> ParseComparison() {
    if (++comparisons_ > kMaxComparisons) return Fail(fmt::format("more than {} comparisons", kMaxComparisons));
    Expression out{Expression::Kind::kComparison};
    out.comparison.offset = at_;
    ARGUS_ASSIGN(out.comparison.field, ParseField());
    SkipBlanks();
    ARGUS_ASSIGN(out.comparison.op, ParseOperator());
    SkipBlanks();
    ARGUS_RETURN_IF_ERROR(ParseValue(out.comparison));
    return out;
  }

  Result<std::string> ParseField() {
    const std::string_view word = PeekWord();
    if (word.empty() || !IsLetter(word.front()) || word == "AND" || word == "OR" || word == "NOT") {
      return Fail("a field name is expected");
    }
    at_ += word.size();
    return std::string(word);
  }

  Result<Operator> ParseOperator() {
    for (const auto& [symbol, op] : kOperators) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      at_ += symbol.size();
      return op;
    }
    return Fail("an operator is expected: = != < <= > >= :");
  }

  Status ParseValue(Comparison& out) {
    if (Peek() == '"' || Peek() == '\'') return ParseQuoted(out);
    while (!EndsValue(Peek())) ARGUS_RETURN_IF_ERROR(AddCharacter(out, false));
    if (Peek() == '(' || (out.value.empty() && !out.is_prefix)) return Fail("a value is expected");
    return Ok();
  }

  Status ParseQuoted(Comparison& out) {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    while (Peek() != quote) {
      const bool escaped = Peek() == '\\' && (++at_, true);
      if (Peek() == '\0') return FilterError(text_, start, "the quote is not closed");
      ARGUS_RETURN_IF_ERROR(AddCharacter(out, escaped));
    }
    ++at_;
    if (!EndsValue(Peek())) return Fail("a blank is expected after the quote");
    return Ok();
  }

  // One character of a value; nothing may follow an unescaped '*'.
  Status AddCharacter(Comparison& out, bool escaped) {
    if (out.is_prefix) return FilterError(text_, at_ - 1, "'*' is understood only at the end of a value");
    if (Peek() == '*' && !escaped) {
      out.is_prefix = true;
    } else {
      out.value += Peek();
    }
    ++at_;
    return Ok();
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  int comparisons_ = 0;
  bool must_follow_ = false;  // after AND
};

}  // namespace

std::string_view OperatorText(Operator op) {
  return std::ranges::find(kOperators, op, &std::pair<std::string_view, Operator>::second)->first;
}

Error FilterError(std::string_view text, std::size_t offset, std::string_view message) {
  const auto is_lead = [](unsigned char c) { return (c & 0xC0) != 0x80; };
  const auto column = 1 + std::ranges::count_if(text.substr(0, offset), is_lead);
  const std::string what = fmt::format("column {}: {}", column, message);
  return Error(Code::kInvalidArgument, reasons::kInvalidFilter, "filter, " + what).WithField("filter", what);
}

Result<Expression> Parse(std::string_view text) {
  if (text.size() > kMaxBytes) return FilterError("", 0, fmt::format("a filter has at most {} bytes", kMaxBytes));
  if (!IsValidUtf8(text)) return FilterError("", 0, "the filter is not valid UTF-8");
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) return FilterError(text, nul, "a NUL character");
  return Parser(text).Run();
}

}  // namespace argus::filter
