#include "target/sqlite/table_checks.h"

#include "platform/lang/sql/lexer.h"

namespace argus::target::sqlite {
namespace {

using sql::Token;

std::string Unquoted(const Token& token) {
  return std::string(token.kind == sql::TokenKind::kQuotedName ? token.text.substr(1, token.text.size() - 2)
                                                               : token.text);
}

// Reads on to the parenthesis that closes the next one; the offset behind it.
std::size_t EndOfParentheses(sql::Lexer& lexer) {
  int depth = 0;
  for (Token token = lexer.NextSignificant();; token = lexer.NextSignificant()) {
    depth += token.IsSymbol('(') - token.IsSymbol(')');
    if (depth <= 0 || token.kind == sql::TokenKind::kEnd) return token.offset + token.text.size();
  }
}

}  // namespace

std::vector<CheckConstraint> FindChecks(std::string_view create_table) {
  std::vector<CheckConstraint> checks;
  sql::Lexer lexer(create_table, sql::Engine::kSqlite);
  Token before, name;
  for (Token token = lexer.NextSignificant(); token.kind != sql::TokenKind::kEnd; token = lexer.NextSignificant()) {
    if (token.IsWord("CHECK")) {
      const auto end = EndOfParentheses(lexer);
      const bool named = before.IsWord("CONSTRAINT");
      checks.push_back(
          {named ? Unquoted(name) : "", std::string(create_table.substr(token.offset, end - token.offset))});
    }
    before = name;
    name = token;
  }
  return checks;
}

}  // namespace argus::target::sqlite
