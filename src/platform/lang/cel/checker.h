// Types for every node of a parsed expression.
#pragma once

#include <string_view>

#include "platform/lang/cel/node.h"

namespace argus::cel {

// Sets the types, resolves names and compiles patterns below `root`, which must turn out to be bool.
Status Check(std::string_view source, const Declarations& declarations, Node& root);

}  // namespace argus::cel
