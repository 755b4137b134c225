// SQLite keeps CHECK constraints nowhere but in the text of CREATE TABLE.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace argus::target::sqlite {

struct CheckConstraint {
  std::string name;        // As written, without quotes; may be empty.
  std::string definition;  // "CHECK (a > 0)"
};

std::vector<CheckConstraint> FindChecks(std::string_view create_table);

}  // namespace argus::target::sqlite
