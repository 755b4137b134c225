// Runs a checked expression.
#pragma once

#include "platform/lang/cel/node.h"

namespace argus::cel {

// How much one evaluation may cost: a node visited, a list item or 64 bytes of text made count one each. Bounds nested macros.
inline constexpr std::int64_t kMaxCost = 1'000'000;

Result<bool> EvaluateChecked(const Node& root, const Bindings& bindings);

}  // namespace argus::cel
