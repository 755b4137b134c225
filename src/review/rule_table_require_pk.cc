// Without a primary key rows cannot be told apart, and logical replication cannot follow the table.
#include <fmt/format.h>

#include "review/rules.h"

namespace argus::review {
namespace {

using Statements = std::vector<Statement>;

bool NeedsKey(const CreatedTable& table) { return !table.temporary && !table.partition && !table.has_primary_key; }

// The statement itself counts as well: CREATE SCHEMA holds several commands.
bool KeyIsAdded(const TableName& table, Statements::const_iterator from, Statements::const_iterator end) {
  return std::any_of(from, end, [&](const Statement& statement) {
    const auto& added = statement.primary_keys_added;
    return std::any_of(added.begin(), added.end(), [&](const TableName& name) { return name.MayBe(table); });
  });
}

std::string Content(const CreatedTable& table) {
  return fmt::format("Table {} is created {}without a primary key.", table.name.ToString(),
                     table.from_query ? "from a query and " : "");
}

std::vector<Finding> Judge(const Statements& script) {
  std::vector<Finding> findings;
  for (auto statement = script.begin(); statement != script.end(); ++statement) {
    for (const auto& table : statement->created_tables) {
      if (!NeedsKey(table) || KeyIsAdded(table.name, statement, script.end())) continue;
      findings.push_back({statement->start, Content(table)});
    }
  }
  return findings;
}

}  // namespace

Rule TableRequirePk() {
  return {.id = "TABLE_REQUIRE_PK",
          .title = "Every table has a primary key",
          .engines = {v1::POSTGRES, v1::SQLITE},
          .judge = Judge};
}

}  // namespace argus::review
