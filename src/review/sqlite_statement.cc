#include "review/sqlite_statement.h"

#include <array>

#include "platform/lang/sql/lexer.h"
#include "review/statement_type.h"

namespace argus::review {
namespace {

using sql::Token;
using sql::TokenKind;

// The significant tokens of one statement, each with its depth in parentheses.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : lexer_(text, sql::Engine::kSqlite) { Next(); }

  const Token& token() const { return token_; }
  // Of the token; a parenthesis itself belongs to the outside.
  int depth() const { return depth_; }
  bool done() const { return token_.kind == TokenKind::kEnd; }

  void Next() {
    if (token_.IsSymbol('(')) ++depth_;
    token_ = lexer_.NextSignificant();
    if (token_.IsSymbol(')')) --depth_;
  }
  bool Skip(std::string_view word) {
    const bool is_word = token_.IsWord(word);
    if (is_word) Next();
    return is_word;
  }
  // To the first of `words` outside of parentheses; false: there is none.
  template <std::size_t N>
  bool Find(const std::array<std::string_view, N>& words) {
    for (; !done(); Next()) {
      for (const auto word : words) {
        if (depth_ == 0 && token_.IsWord(word)) return true;
      }
    }
    return false;
  }

 private:
  sql::Lexer lexer_;
  Token token_{.kind = TokenKind::kSpace, .text = " "};
  int depth_ = 0;
};

std::string Unquoted(const Token& token) {
  if (token.kind != TokenKind::kQuotedName && token.kind != TokenKind::kString) return std::string(token.text);
  const char close = token.text.back();
  std::string name;
  for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
    name += token.text[i];
    if (token.text[i] == close && token.text[i + 1] == close) ++i;
  }
  return name;
}

TableName ReadName(Cursor& cursor) {
  TableName name{.name = Unquoted(cursor.token())};
  cursor.Next();
  if (!cursor.token().IsSymbol('.')) return name;
  cursor.Next();
  name = {.schema = std::move(name.name), .name = Unquoted(cursor.token())};
  cursor.Next();
  return name;
}

void SkipConflictClause(Cursor& cursor) {
  if (cursor.Skip("OR")) cursor.Next();
}

Write ReadWrite(Cursor& cursor, std::string verb) {
  cursor.Next();
  SkipConflictClause(cursor);
  cursor.Skip("FROM");
  Write write{.verb = std::move(verb), .table = ReadName(cursor)};
  write.has_where = cursor.Find(std::array<std::string_view, 1>{"WHERE"});
  return write;
}

// PRIMARY is reserved: inside the outer parentheses it only ever begins a constraint.
bool HasPrimaryKey(Cursor& cursor) {
  for (; !cursor.done(); cursor.Next()) {
    if (cursor.depth() == 1 && cursor.token().IsWord("PRIMARY")) return true;
  }
  return false;
}

CreatedTable ReadTable(Cursor& cursor) {
  CreatedTable table;
  cursor.Skip("CREATE");
  table.temporary = cursor.Skip("TEMP") || cursor.Skip("TEMPORARY");
  cursor.Skip("TABLE");
  if (cursor.Skip("IF")) cursor.Skip("NOT"), cursor.Skip("EXISTS");
  table.name = ReadName(cursor);
  table.temporary = table.temporary || table.name.schema == "temp";
  table.from_query = cursor.token().IsWord("AS");
  table.has_primary_key = !table.from_query && HasPrimaryKey(cursor);
  return table;
}

// Of a statement that begins with WITH.
std::string TypeBehindWith(Cursor& cursor) {
  constexpr std::array<std::string_view, 6> kVerbs = {"SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE"};
  while (cursor.Find(kVerbs)) {
    const std::string_view verb = cursor.token().text;
    if (!cursor.token().IsWord("REPLACE")) return StatementType(verb, sql::Engine::kSqlite);
    cursor.Next();  // Of these words only REPLACE is not reserved: without INTO it is a name.
    if (cursor.token().IsWord("INTO")) return StatementType(verb, sql::Engine::kSqlite);
  }
  return "";
}

bool IsVirtual(std::string_view text) {
  Cursor cursor(text);
  cursor.Skip("CREATE");
  return cursor.token().IsWord("VIRTUAL");
}

}  // namespace

Statement ReadSqliteStatement(std::string_view text) {
  Cursor cursor(text);
  std::string type = StatementType(text, sql::Engine::kSqlite);
  if (type.empty()) type = TypeBehindWith(cursor);
  Statement statement;
  if (type == "UPDATE" || type == "DELETE") statement.writes.push_back(ReadWrite(cursor, type));
  if (type == "CREATE_TABLE" && !IsVirtual(text)) statement.created_tables.push_back(ReadTable(cursor));
  if (!type.empty()) statement.types.push_back(std::move(type));
  return statement;
}

}  // namespace argus::review
