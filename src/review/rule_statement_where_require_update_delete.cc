// An UPDATE or DELETE without WHERE changes every row, which is rarely meant.
#include <fmt/format.h>

#include "review/rules.h"

namespace argus::review {
namespace {

std::vector<Finding> Judge(const std::vector<Statement>& script) {
  std::vector<Finding> findings;
  for (const auto& statement : script) {
    for (const auto& write : statement.writes) {
      if (write.has_where) continue;
      findings.push_back(
          {statement.start, fmt::format("{} of {} has no WHERE clause: every row of the table is affected.", write.verb,
                                        write.table.ToString())});
    }
  }
  return findings;
}

}  // namespace

Rule StatementWhereRequireUpdateDelete() {
  return {.id = "STATEMENT_WHERE_REQUIRE_UPDATE_DELETE",
          .title = "UPDATE and DELETE have a WHERE clause",
          .engines = {v1::POSTGRES, v1::SQLITE},
          .judge = Judge};
}

}  // namespace argus::review
