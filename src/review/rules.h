// All review rules.
#pragma once

#include <vector>

#include "review/rule.h"

namespace argus::review {

Rule StatementWhereRequireUpdateDelete();
Rule TableRequirePk();

// In the order in which their findings are listed.
const std::vector<Rule>& AllRules();

}  // namespace argus::review
