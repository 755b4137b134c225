// Reads what a SQLite statement does from its tokens, for SQLite offers no tree.
#pragma once

#include <string_view>

#include "review/statement.h"

namespace argus::review {

// Total; right for whatever SQLite parses. Does not look into triggers, which do not run now.
Statement ReadSqliteStatement(std::string_view text);

}  // namespace argus::review
