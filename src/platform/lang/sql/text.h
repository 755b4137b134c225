// Small questions that others ask about one SQL text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "platform/lang/sql/lexer.h"

namespace argus::sql {

// The words in upper case that `sql` starts with, at most `limit`, until a token that is none; opening parentheses
// before the first are passed over. "/* x */ create table t (a int)" gives CREATE, TABLE, T.
std::vector<std::string> LeadingKeywords(std::string_view sql, Engine engine, std::size_t limit);
// The first of them, or "".
std::string FirstKeyword(std::string_view sql, Engine engine);

// Makes `sql` fit for a log: string and number literals become `?`, comments a space. Total: an unterminated literal
// hides everything behind it.
std::string RedactLiterals(std::string_view sql, Engine engine);

// What a script says about itself in `-- key = value` lines before its first statement. Other comments are just that.
struct Directives {
  bool transaction = true;  // `-- txn-mode = off`: each statement stands alone.
};
// INVALID_ARGUMENT for a known key with an unknown value.
Result<Directives> ParseDirectives(std::string_view script, Engine engine);

}  // namespace argus::sql
