// Tokens of a SQL text, as PostgreSQL (src/backend/parser/scan.l, standard_conforming_strings = on) and SQLite
// (src/tokenize.c) would cut them, as far as statement boundaries, literals and clauses depend on it.
#pragma once

#include <cstddef>
#include <string_view>

namespace argus::sql {

enum class Engine { kPostgres, kSqlite };

enum class TokenKind {
  kSpace,
  kComment,     // -- to the end of the line, or /* */ (nested in PostgreSQL)
  kWord,        // keyword or bare name
  kQuotedName,  // "a", U&"a", `a`, [a]
  kString,      // 'a', E'a', U&'a', B'1', X'ff', $tag$a$tag$
  kNumber,
  kParameter,  // $1, ?1, :name, @name
  kSymbol,     // one byte of punctuation or operator
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
  std::size_t offset = 0;
  bool terminated = true;  // False when a string, quoted name or comment runs into the end of the text.

  bool IsSymbol(char c) const { return kind == TokenKind::kSymbol && text.front() == c; }
  // ASCII case-insensitive; `keyword` in upper case. False for quoted names.
  bool IsWord(std::string_view keyword) const;
  // Neither space, comment nor end.
  bool significant() const;
};

// Cuts `text` into tokens that follow each other without a gap, in linear time and without copying. Never fails: any
// bytes make tokens. A byte order mark at the start is space. `text` must outlive the lexer and its tokens.
class Lexer {
 public:
  Lexer(std::string_view text, Engine engine) : text_(text), engine_(engine) {}
  // kEnd at the end and ever after.
  Token Next();
  Token NextSignificant();

 private:
  std::string_view text_;
  Engine engine_;
  std::size_t offset_ = 0;
};

}  // namespace argus::sql
