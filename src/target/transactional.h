// Whether a script may run inside a transaction that is not its own.
#pragma once

#include <vector>

#include "platform/base/result.h"
#include "platform/lang/sql/splitter.h"

namespace argus::target {

// FAILED_PRECONDITION/UNSUPPORTED_STATEMENT, with `statement` (one-based), `line` and `column` as metadata, for the
// first statement that begins, ends or prepares a transaction. Savepoints are allowed.
Status CheckTransactional(const std::vector<sql::SqlStatement>& statements, sql::Engine engine);

}  // namespace argus::target
