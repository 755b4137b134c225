// Cuts a script into the statements that a server takes one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "platform/lang/sql/lexer.h"
#include "platform/lang/sql/position.h"

namespace argus::sql {

// A view into the script, from the first to the last byte that means something: without the closing semicolon, leading
// and trailing space and comments.
struct SqlStatement {
  std::string_view text;
  std::size_t offset = 0;  // bytes from the start of the script
  Position start;
};

// Pulls one statement after the other; memory does not grow with the script, time is linear in it. The script must
// outlive the splitter and its statements.
//
// A semicolon does not end a statement inside parentheses (PostgreSQL: CREATE RULE … DO (a; b)), in a BEGIN ATOMIC body
// of CREATE FUNCTION/PROCEDURE, and in the body of a SQLite CREATE TRIGGER. Empty statements are dropped.
//
// Errors are INVALID_ARGUMENT with `line` and `column` as metadata. SQL_UNTERMINATED: a string, quoted name, comment,
// parenthesis or body is never closed. SQL_NOT_SUPPORTED: what only a client program understands (psql's backslash
// commands, sqlite3's dot commands, COPY with STDIN or STDOUT) and NUL bytes. After an error the splitter is spent.
class StatementSplitter {
 public:
  StatementSplitter(std::string_view script, Engine engine);
  // nullopt at the end.
  Result<std::optional<SqlStatement>> Next();

 private:
  Status CheckToken(const Token& token, bool first);
  Error Unterminated(std::string_view what, std::size_t offset);
  Error NotSupported(std::string message, std::size_t offset);

  std::string_view script_;
  Engine engine_;
  Lexer lexer_;
  PositionTracker statement_starts_;
};

Result<std::vector<SqlStatement>> Split(std::string_view script, Engine engine);

}  // namespace argus::sql
