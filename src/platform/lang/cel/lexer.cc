#include "platform/lang/cel/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "platform/base/reasons.h"
#include "platform/lang/cel/string_literal.h"

namespace argus::cel {
namespace {

constexpr std::array<std::string_view, 22> kSymbols = {"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":",
                                                       "+",  "-",  "*",  "/",  "%",  "(",  ")", "[", "]", ",", "."};
constexpr std::array<std::string_view, 4> kKeywords = {"true", "false", "null", "in"};
constexpr std::array<std::string_view, 17> kReserved = {"as",       "break", "const",  "continue",  "else",   "for",
                                                        "function", "if",    "import", "let",       "loop",   "package",
                                                        "namespace", "return", "var",  "void",      "while"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool IsQuote(char c) { return c == '"' || c == '\''; }

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Result<std::vector<Token>> Run() {
    for (SkipBlanks(); at_ < source_.size(); SkipBlanks()) ARGUS_RETURN_IF_ERROR(ReadToken());
    Add(Token::Kind::kEnd, 0);
    return std::move(tokens_);
  }

 private:
  char Peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  Error Fail(std::string_view message) const { return ErrorAt(source_, at_, message); }

  Token& Add(Token::Kind kind, std::size_t length) {
    tokens_.push_back({kind, at_, std::string(source_.substr(at_, length))});
    at_ += length;
    return tokens_.back();
  }

  void SkipBlanks() {
    for (;;) {
      while (IsSpace(Peek())) ++at_;
      if (Peek() != '/' || Peek(1) != '/') return;
      at_ = std::min(source_.find('\n', at_), source_.size());
    }
  }

  Status ReadToken() {
    if (IsQuote(Peek())) return ReadString(false);
    if ((Peek() == 'r' || Peek() == 'R') && IsQuote(Peek(1))) return ReadString(true);
    if ((Peek() == 'b' || Peek() == 'B') && IsQuote(Peek(1))) return Fail("byte strings are not supported");
    if (IsLetter(Peek())) return ReadWord();
    if (IsDigit(Peek()) || (Peek() == '.' && IsDigit(Peek(1)))) return ReadNumber();
    return ReadSymbol();
  }

  Status ReadString(bool raw) {
    ARGUS_ASSIGN(StringLiteral literal, ReadStringLiteral(source_, at_ + (raw ? 1 : 0), raw));
    Add(Token::Kind::kString, literal.end - at_).text = std::move(literal.value);
    return Ok();
  }

  Status ReadWord() {
    std::size_t length = 1;
    while (IsLetter(Peek(length)) || IsDigit(Peek(length))) ++length;
    const std::string_view word = source_.substr(at_, length);
    if (std::ranges::count(kReserved, word) > 0) return Fail(fmt::format("'{}' is a reserved word", word));
    Add(std::ranges::count(kKeywords, word) > 0 ? Token::Kind::kSymbol : Token::Kind::kIdentifier, length);
    return Ok();
  }

  Status ReadNumber() {
    const bool hex = Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X');
    return hex ? ReadInteger(2, 16) : IsDoubleAhead() ? ReadDouble() : ReadInteger(0, 10);
  }

  bool IsDoubleAhead() const {
    std::size_t i = 0;
    while (IsDigit(Peek(i))) ++i;
    return (Peek(i) == '.' && IsDigit(Peek(i + 1))) || Peek(i) == 'e' || Peek(i) == 'E';
  }

  Status ReadInteger(std::size_t skip, int base) {
    const char* begin = source_.data() + at_ + skip;
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(begin, source_.data() + source_.size(), value, base);
    if (end == begin) return Fail("malformed number");
    if (failure != std::errc()) return Fail("integer is too large");
    ARGUS_RETURN_IF_ERROR(FinishNumber(Token::Kind::kInt, end));
    tokens_.back().magnitude = value;
    return Ok();
  }

  Status ReadDouble() {
    const char* begin = source_.data() + at_;
    double value = 0;
    const auto [end, failure] = std::from_chars(begin, source_.data() + source_.size(), value);
    if (failure != std::errc()) return Fail("number is out of range");
    ARGUS_RETURN_IF_ERROR(FinishNumber(Token::Kind::kDouble, end));
    tokens_.back().number = value;
    return Ok();
  }

  // A letter right after a number belongs to neither: "1u" and "12abc" are refused.
  Status FinishNumber(Token::Kind kind, const char* end) {
    const std::size_t length = end - (source_.data() + at_);
    if (IsLetter(Peek(length)) || IsDigit(Peek(length))) return Fail("malformed number");
    Add(kind, length);
    return Ok();
  }

  Status ReadSymbol() {
    for (std::string_view symbol : kSymbols) {
      if (source_.substr(at_).starts_with(symbol)) {
        Add(Token::Kind::kSymbol, symbol.size());
        return Ok();
      }
    }
    return Fail("unexpected character");
  }

  const std::string_view source_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

Error ErrorAt(std::string_view source, std::size_t offset, std::string_view message) {
  const auto is_lead = [](unsigned char c) { return (c & 0xC0) != 0x80; };
  const auto column = 1 + std::ranges::count_if(source.substr(0, offset), is_lead);
  return Error(Code::kInvalidArgument, reasons::kInvalidExpression, fmt::format("column {}: {}", column, message));
}

Result<std::vector<Token>> Tokenize(std::string_view source) { return Lexer(source).Run(); }

}  // namespace argus::cel
