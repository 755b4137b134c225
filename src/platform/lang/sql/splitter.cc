#include "platform/lang/sql/splitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "platform/base/reasons.h"
#include "platform/lang/sql/statement_shape.h"

namespace argus::sql {
namespace {

Error At(Error error, Position position) {
  return std::move(error)
      .WithMetadata("line", std::to_string(position.line))
      .WithMetadata("column", std::to_string(position.column));
}

std::string_view KindName(const Token& token) {
  switch (token.kind) {
    case TokenKind::kComment:
      return "comment";
    case TokenKind::kQuotedName:
      return "quoted name";
    default:
      return "string";
  }
}

// The command word at the start of `text`, behind its sign: "\copy", ".read"; just the sign when no letter follows.
std::string_view CommandWord(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  std::size_t size = 1;
  while (size < std::min(text.size(), kLongest) && std::isalpha(static_cast<unsigned char>(text[size]))) ++size;
  return text.substr(0, size);
}

}  // namespace

StatementSplitter::StatementSplitter(std::string_view script, Engine engine)
    : script_(script), engine_(engine), lexer_(script, engine), statement_starts_(script) {}

Result<std::optional<SqlStatement>> StatementSplitter::Next() {
  StatementShape shape(engine_);
  for (Token token = lexer_.Next(); token.kind != TokenKind::kEnd; token = lexer_.Next()) {
    ARGUS_RETURN_IF_ERROR(CheckToken(token, shape.empty()));
    if (!token.significant()) continue;
    if (!token.IsSymbol(';') || !shape.EndsAtSemicolon()) {
      shape.Add(token);
    } else if (!shape.empty()) {
      break;
    }
  }
  if (shape.empty()) return std::optional<SqlStatement>();
  if (const auto offset = shape.open_parenthesis()) return Unterminated("parenthesis", *offset);
  if (const auto offset = shape.open_body()) return Unterminated("statement body", *offset);
  if (shape.copies_through_client()) {
    return NotSupported("COPY with STDIN or STDOUT is not supported; load the rows with INSERT", shape.begin());
  }
  return std::optional(SqlStatement{script_.substr(shape.begin(), shape.end() - shape.begin()), shape.begin(),
                                    statement_starts_.At(shape.begin())});
}

Status StatementSplitter::CheckToken(const Token& token, bool first) {
  if (!token.terminated) return Unterminated(KindName(token), token.offset);
  if (const auto nul = token.text.find('\0'); nul != std::string_view::npos) {
    return NotSupported("a NUL byte is not allowed in a script", token.offset + nul);
  }
  if (engine_ == Engine::kPostgres && token.IsSymbol('\\')) {
    return NotSupported(fmt::format("psql's command {} is not SQL", CommandWord(script_.substr(token.offset))),
                        token.offset);
  }
  if (engine_ == Engine::kSqlite && first && token.IsSymbol('.')) {
    return NotSupported(fmt::format("sqlite3's command {} is not SQL", CommandWord(script_.substr(token.offset))),
                        token.offset);
  }
  return Ok();
}

Error StatementSplitter::Unterminated(std::string_view what, std::size_t offset) {
  const auto position = PositionAt(script_, offset);
  return At(Error(Code::kInvalidArgument, reasons::kSqlUnterminated,
                  fmt::format("line {}, column {}: the {} that starts here is never closed", position.line,
                              position.column, what)),
            position);
}

Error StatementSplitter::NotSupported(std::string message, std::size_t offset) {
  const auto position = PositionAt(script_, offset);
  return At(Error(Code::kInvalidArgument, reasons::kSqlNotSupported,
                  fmt::format("line {}, column {}: {}", position.line, position.column, message)),
            position);
}

Result<std::vector<SqlStatement>> Split(std::string_view script, Engine engine) {
  StatementSplitter splitter(script, engine);
  std::vector<SqlStatement> statements;
  for (;;) {
    ARGUS_ASSIGN(auto statement, splitter.Next());
    if (!statement) return statements;
    statements.push_back(*statement);
  }
}

}  // namespace argus::sql
