// Filters as SQL that SQLite and PostgreSQL both accept.
#pragma once

#include <string>
#include <string_view>

#include "platform/lang/filter/field.h"

namespace argus::filter {

struct Condition {
  std::string sql;    // for WHERE, in parentheses where needed; "1 = 1" for an empty filter
  db::Params params;  // :f0, :f1, …; the names are static
};

// INVALID_ARGUMENT / INVALID_FILTER with the column: does not parse, unknown field (naming the known ones), an operator that
// the field does not take, or a value of another type. Values reach SQL only as parameters.
Result<Condition> Compile(std::string_view filter, Fields fields);

}  // namespace argus::filter
