// From a statement with named parameters to the text and the values that a driver takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "platform/db/database.h"

namespace argus::db {

// A list holds at most this many values (SQLite binds 32,766 variables).
inline constexpr std::size_t kMaxListValues = 16384;

struct BoundSql {
  std::string text;           // Placeholders are $1, $2, … on PostgreSQL, ?1, ?2, … on SQLite.
  std::vector<Value> values;  // values[n - 1] belongs to placeholder n.
};

// Numbers the parameters in order of appearance; a name that appears again keeps its number. A list becomes as many
// placeholders as the next power of two, the last value repeated, so that few texts exist; an empty list becomes NULL,
// which `IN` never matches. Quotes ('…', "…") and comments (--, /* */ without nesting) are left alone. Parameters that
// the text does not name are ignored; a name without parameter is an error, as is text that PostgreSQL could not hold.
Result<BoundSql> Bind(Dialect dialect, std::string_view sql, Params params);

// The text alone, each parameter as one placeholder.
std::string Render(Dialect dialect, std::string_view sql);

}  // namespace argus::db
