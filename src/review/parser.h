// What a parser of one engine says about one statement. Parsers live in the child process only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "review/statement.h"

namespace argus::review {

enum class Outcome : std::uint8_t {
  kParsed,
  kSyntaxError,
  kObjectNotFound,  // Parses, but names what the schema does not have.
  kRefused,         // Parses, but the schema does not allow it.
  kTooComplex,      // Ran into a limit.
};

struct Parse {
  Outcome outcome = Outcome::kParsed;
  std::string message;     // of the engine; empty when parsed
  std::size_t offset = 0;  // of a syntax error: bytes into the statement
  Statement statement;     // Without position; empty after a syntax error or a limit.

  bool has_statement() const { return outcome != Outcome::kSyntaxError && outcome != Outcome::kTooComplex; }
};

// Not thread-safe. May end the process on hostile text.
class Parser {
 public:
  virtual ~Parser() = default;
  // `statement` as sql::Split cuts it. Statements of one script come in order; a parser may remember them.
  virtual Parse Judge(std::string_view statement) = 0;
};

std::unique_ptr<Parser> NewPostgresParser();

// Judges on an in-memory database made by `schema` (CREATE statements), in which the definitions among the statements
// take effect. `schema_known` false: that something is missing says nothing.
std::unique_ptr<Parser> NewSqliteParser(const std::vector<std::string>& schema, bool schema_known);

}  // namespace argus::review
