// CEL's grammar over the supported operators, functions and macros.
#pragma once

#include <string_view>

#include "platform/lang/cel/node.h"

namespace argus::cel {

inline constexpr int kMaxDepth = 64;

// The tree of `source`, untyped, at most kMaxDepth deep.
Result<NodePtr> Parse(std::string_view source);

}  // namespace argus::cel
