// The shape of a review rule. One file a rule, rule_<name>.cc; rules.cc lists them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "platform/lang/sql/position.h"
#include "review/statement.h"

namespace argus::review {

struct Finding {
  sql::Position position;
  std::string content;  // One sentence: what is wrong and why it matters.
};

struct Rule {
  std::string_view id;     // UPPER_SNAKE_CASE, the code of its findings
  std::string_view title;  // what the rule asks for
  std::vector<v1::Engine> engines;
  // Pure. Takes the statements of one script that parsed, in order.
  std::vector<Finding> (*judge)(const std::vector<Statement>& script);
  v1::PlanCheckRun::Verdict verdict = v1::PlanCheckRun::WARNING;

  bool AppliesTo(v1::Engine engine) const { return std::find(engines.begin(), engines.end(), engine) != engines.end(); }
};

}  // namespace argus::review
