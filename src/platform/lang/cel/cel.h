// A subset of the Common Expression Language over a closed list of declared variables, type-checked when compiled.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace argus::cel {

enum class Type { kBool, kInt, kDouble, kString, kStringList, kTimestamp };

using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, Timestamp>;

using Declarations = std::map<std::string, Type, std::less<>>;
using Bindings = std::map<std::string, Value, std::less<>>;

// A compiled expression of type bool. Immutable, cheap to copy, thread-safe.
class Program {
 public:
  // `bindings` holds every declared variable that the expression names. Errors follow CEL's semantics: `false && <error>`
  // is false; overflow, division by zero and missing bindings are INVALID_ARGUMENT / INVALID_EXPRESSION.
  Result<bool> Evaluate(const Bindings& bindings) const;

  struct Node;
  explicit Program(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

 private:
  std::shared_ptr<const Node> root_;
};

// INVALID_ARGUMENT / INVALID_EXPRESSION with the column of what is wrong: syntax, an unknown variable or function, a type
// error, or an expression that is too long (> 4,096 bytes) or too deep (> 64).
Result<Program> Compile(std::string_view text, const Declarations& declarations);

}  // namespace argus::cel
