#include "platform/lang/sql/text.h"

#include <fmt/format.h>

#include <cctype>

#include "platform/base/reasons.h"
#include "platform/lang/sql/position.h"

namespace argus::sql {
namespace {

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return upper;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view Redacted(const Token& token) {
  switch (token.kind) {
    case TokenKind::kString:
    case TokenKind::kNumber:
      return "?";
    case TokenKind::kComment:
      return " ";
    default:
      return token.terminated ? token.text : "?";
  }
}

Status Apply(std::string_view comment, Position position, Directives& directives) {
  if (!comment.starts_with("--")) return Ok();
  const auto equals = comment.find('=');
  if (equals == std::string_view::npos || Trim(comment.substr(2, equals - 2)) != "txn-mode") return Ok();
  const auto value = Trim(comment.substr(equals + 1));
  if (value != "on" && value != "off") {
    return Error(Code::kInvalidArgument, reasons::kSqlNotSupported,
                 fmt::format("line {}: txn-mode is either on or off", position.line));
  }
  directives.transaction = value == "on";
  return Ok();
}

}  // namespace

std::vector<std::string> LeadingKeywords(std::string_view sql, Engine engine, std::size_t limit) {
  Lexer lexer(sql, engine);
  Token token = lexer.NextSignificant();
  while (token.IsSymbol('(')) token = lexer.NextSignificant();
  std::vector<std::string> words;
  for (; token.kind == TokenKind::kWord && words.size() < limit; token = lexer.NextSignificant()) {
    words.push_back(Upper(token.text));
  }
  return words;
}

std::string FirstKeyword(std::string_view sql, Engine engine) {
  auto words = LeadingKeywords(sql, engine, 1);
  return words.empty() ? std::string() : std::move(words.front());
}

std::string RedactLiterals(std::string_view sql, Engine engine) {
  std::string redacted;
  redacted.reserve(sql.size());
  Lexer lexer(sql, engine);
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) redacted += Redacted(token);
  return redacted;
}

Result<Directives> ParseDirectives(std::string_view script, Engine engine) {
  Directives directives;
  Lexer lexer(script, engine);
  PositionTracker positions(script);
  for (Token token = lexer.Next(); token.kind == TokenKind::kSpace || token.kind == TokenKind::kComment;
       token = lexer.Next()) {
    if (token.kind == TokenKind::kComment) {
      ARGUS_RETURN_IF_ERROR(Apply(token.text, positions.At(token.offset), directives));
    }
  }
  return directives;
}

}  // namespace argus::sql
