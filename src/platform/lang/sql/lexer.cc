#include "platform/lang/sql/lexer.h"

#include <algorithm>

#include "platform/lang/sql/position.h"

namespace argus::sql {
namespace {

constexpr auto kNone = std::string_view::npos;

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsNameStart(char c) { return IsLetter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }
char ToUpper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// One token's extent, from the start of `rest`.
struct Extent {
  TokenKind kind;
  std::size_t size;
  bool terminated = true;
};

template <typename Predicate>
std::size_t CountWhile(std::string_view rest, std::size_t from, Predicate predicate) {
  while (from < rest.size() && predicate(rest[from])) ++from;
  return from;
}

char At(std::string_view rest, std::size_t index) { return index < rest.size() ? rest[index] : '\0'; }

Extent UpTo(TokenKind kind, std::string_view rest, std::size_t position, std::size_t closing_size) {
  if (position == kNone) return {kind, rest.size(), false};
  return {kind, position + closing_size};
}

Extent LineComment(std::string_view rest, Engine engine) {
  const auto end = rest.find_first_of(engine == Engine::kPostgres ? "\r\n" : "\n");
  return {TokenKind::kComment, std::min(end, rest.size())};
}

Extent NestedComment(std::string_view rest) {
  int depth = 0;
  for (std::size_t i = 0; (i = rest.find_first_of("*/", i)) != kNone && i + 1 < rest.size();) {
    const bool opens = rest[i] == '/' && rest[i + 1] == '*';
    const bool closes = rest[i] == '*' && rest[i + 1] == '/';
    depth += opens - closes;
    i += opens || closes ? 2 : 1;
    if (depth == 0) return {TokenKind::kComment, i};
  }
  return {TokenKind::kComment, rest.size(), false};
}

Extent BlockComment(std::string_view rest, Engine engine) {
  if (engine == Engine::kPostgres) return NestedComment(rest);
  return UpTo(TokenKind::kComment, rest, rest.find("*/", 2), 2);
}

// `rest[open]` is the opening quote; the quote doubled stands for itself.
Extent Quoted(TokenKind kind, std::string_view rest, std::size_t open, char quote) {
  for (auto i = open + 1; (i = rest.find(quote, i)) != kNone; i += 2) {
    if (At(rest, i + 1) != quote) return {kind, i + 1};
  }
  return {kind, rest.size(), false};
}

// SQL joins string constants that only space with a line break separates; the second one keeps the first one's escape
// rules. Returns where the next part's quote stands, or kNone.
std::size_t ContinuationQuote(std::string_view rest, std::size_t i) {
  bool line_break = false;
  for (;;) {
    i = CountWhile(rest, i, [&](char c) {
      line_break |= c == '\n' || c == '\r';
      return IsSpace(c);
    });
    if (rest.substr(i, 2) != "--") break;
    i += LineComment(rest.substr(i), Engine::kPostgres).size;
  }
  return line_break && At(rest, i) == '\'' ? i : kNone;
}

Extent EscapeString(std::string_view rest) {
  for (std::size_t i = 2; (i = rest.find_first_of("'\\", i)) != kNone;) {
    if (rest[i] == '\\' || At(rest, i + 1) == '\'') {
      i += 2;
      continue;
    }
    const auto next = ContinuationQuote(rest, i + 1);
    if (next == kNone) return {TokenKind::kString, i + 1};
    i = next + 1;
  }
  return {TokenKind::kString, rest.size(), false};
}

Extent Word(std::string_view rest) {
  return {TokenKind::kWord, CountWhile(rest, 1, [](char c) { return IsNamePart(c) || c == '$'; })};
}

Extent Number(std::string_view rest) {
  std::size_t i = 0;
  while (i < rest.size() && (IsNamePart(rest[i]) || rest[i] == '.')) {
    const bool exponent = ToUpper(rest[i]) == 'E' && (At(rest, i + 1) == '+' || At(rest, i + 1) == '-');
    i += exponent && IsDigit(At(rest, i + 2)) ? 2 : 1;
  }
  return {TokenKind::kNumber, i};
}

// $1, $$a$$ or $tag$a$tag$. A tag holds no '$', so the search for its end is linear.
Extent Dollar(std::string_view rest) {
  if (IsDigit(At(rest, 1))) return {TokenKind::kParameter, CountWhile(rest, 1, IsDigit)};
  const auto end = IsNameStart(At(rest, 1)) ? CountWhile(rest, 1, IsNamePart) : 1;
  if (At(rest, end) != '$') return {TokenKind::kSymbol, 1};
  const auto tag = rest.substr(0, end + 1);
  return UpTo(TokenKind::kString, rest, rest.find(tag, tag.size()), tag.size());
}

Extent PostgresWord(std::string_view rest) {
  const char first = ToUpper(rest[0]);
  const char second = At(rest, 1);
  if (second == '\'' && first == 'E') return EscapeString(rest);
  if (second == '\'' && (first == 'B' || first == 'X' || first == 'N'))
    return Quoted(TokenKind::kString, rest, 1, '\'');
  if (first == 'U' && second == '&' && At(rest, 2) == '\'') return Quoted(TokenKind::kString, rest, 2, '\'');
  if (first == 'U' && second == '&' && At(rest, 2) == '"') return Quoted(TokenKind::kQuotedName, rest, 2, '"');
  return Word(rest);
}

Extent SqliteWord(std::string_view rest) {
  const bool blob = ToUpper(rest[0]) == 'X' && At(rest, 1) == '\'';
  return blob ? Quoted(TokenKind::kString, rest, 1, '\'') : Word(rest);
}

Extent SqliteParameter(std::string_view rest) {
  return {TokenKind::kParameter, CountWhile(rest, 1, [](char c) { return IsNamePart(c) || c == '$'; })};
}

bool StartsSqliteParameter(std::string_view rest) {
  return rest[0] == '?' || ((rest[0] == ':' || rest[0] == '@' || rest[0] == '$') && IsNamePart(At(rest, 1)));
}

Extent PostgresExtra(std::string_view rest) { return rest[0] == '$' ? Dollar(rest) : Extent{TokenKind::kSymbol, 1}; }

Extent SqliteExtra(std::string_view rest) {
  if (rest[0] == '`') return Quoted(TokenKind::kQuotedName, rest, 0, '`');
  if (rest[0] == '[') return UpTo(TokenKind::kQuotedName, rest, rest.find(']'), 1);
  if (StartsSqliteParameter(rest)) return SqliteParameter(rest);
  return {TokenKind::kSymbol, 1};
}

Extent Measure(std::string_view rest, Engine engine) {
  const bool postgres = engine == Engine::kPostgres;
  if (IsSpace(rest[0])) return {TokenKind::kSpace, CountWhile(rest, 0, IsSpace)};
  if (rest.starts_with("--")) return LineComment(rest, engine);
  if (rest.starts_with("/*")) return BlockComment(rest, engine);
  if (rest[0] == '\'') return Quoted(TokenKind::kString, rest, 0, '\'');
  if (rest[0] == '"') return Quoted(TokenKind::kQuotedName, rest, 0, '"');
  if (IsDigit(rest[0]) || (rest[0] == '.' && IsDigit(At(rest, 1)))) return Number(rest);
  if (IsNameStart(rest[0])) return postgres ? PostgresWord(rest) : SqliteWord(rest);
  return postgres ? PostgresExtra(rest) : SqliteExtra(rest);
}

}  // namespace

bool Token::IsWord(std::string_view keyword) const {
  return kind == TokenKind::kWord && std::equal(text.begin(), text.end(), keyword.begin(), keyword.end(),
                                                [](char a, char b) { return ToUpper(a) == b; });
}

bool Token::significant() const {
  return kind != TokenKind::kSpace && kind != TokenKind::kComment && kind != TokenKind::kEnd;
}

Token Lexer::Next() {
  if (offset_ >= text_.size()) return {TokenKind::kEnd, text_.substr(text_.size()), text_.size()};
  const auto mark = offset_ == 0 ? ByteOrderMarkSize(text_) : 0;
  const auto extent = mark > 0 ? Extent{TokenKind::kSpace, mark} : Measure(text_.substr(offset_), engine_);
  const Token token{extent.kind, text_.substr(offset_, extent.size), offset_, extent.terminated};
  offset_ += token.text.size();
  return token;
}

Token Lexer::NextSignificant() {
  Token token = Next();
  while (token.kind == TokenKind::kSpace || token.kind == TokenKind::kComment) token = Next();
  return token;
}

}  // namespace argus::sql
