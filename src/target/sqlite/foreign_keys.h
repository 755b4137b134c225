// PRAGMA foreign_keys does nothing inside a transaction, so a script that wants it off (SQLite's own recipe for ALTER
// TABLE) gets it around its transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/lang/sql/splitter.h"
#include "target/sqlite/handle.h"

namespace argus::target::sqlite {

// The value of the first `PRAGMA foreign_keys = value` of the script.
std::optional<std::string> WantedForeignKeys(const std::vector<sql::SqlStatement>& statements);

// Sets what the script wants, and back at the end. To be made and destroyed outside of a transaction.
class ForeignKeysScope {
 public:
  ForeignKeysScope(Handle& handle, const std::vector<sql::SqlStatement>& statements);
  ~ForeignKeysScope();
  ForeignKeysScope(const ForeignKeysScope&) = delete;
  ForeignKeysScope& operator=(const ForeignKeysScope&) = delete;

 private:
  Handle& handle_;
  std::optional<std::string> before_;
};

}  // namespace argus::target::sqlite
