#include "review/rules.h"

namespace argus::review {

const std::vector<Rule>& AllRules() {
  static const auto& rules = *new std::vector<Rule>{
      StatementWhereRequireUpdateDelete(),
      TableRequirePk(),
  };
  return rules;
}

}  // namespace argus::review
