// Filters of List methods: the part of AIP-160 without functions and without bare words.
//
//   filter      = [ factor { [ "AND" ] factor } ]          factors in a row are ANDed
//   factor      = term { "OR" term }                       OR binds tighter than AND, as in AIP-160
//   term        = [ "NOT" | "-" ] ( comparison | "(" filter ")" )
//   comparison  = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" ) value
//   value       = '"' … '"' | "'" … "'" | characters up to a blank or parenthesis
//
// Beyond AIP-160, an unquoted value may hold ':' and '=': timestamp>=2026-04-01T00:00:00Z, actor:user/login_id=alice.
// A value ending in '*' stands for all that begin with the rest. In quotes a backslash makes any character ordinary.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace argus::filter {

inline constexpr std::size_t kMaxBytes = 4096;
inline constexpr int kMaxComparisons = 100;
inline constexpr int kMaxDepth = 32;

enum class Operator { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kHas };
std::string_view OperatorText(Operator op);

struct Comparison {
  std::string field;
  Operator op = Operator::kEqual;
  std::string value;       // without the '*' of a prefix
  bool is_prefix = false;
  std::size_t offset = 0;  // of the field, in bytes
};

struct Expression {
  enum class Kind { kAnd, kOr, kNot, kComparison };
  Kind kind = Kind::kAnd;
  std::vector<Expression> children;  // kAnd without any is always true; kNot has one
  Comparison comparison;
};

// INVALID_ARGUMENT / INVALID_FILTER with the column (one-based, in code points) of what is wrong.
Result<Expression> Parse(std::string_view text);
Error FilterError(std::string_view text, std::size_t offset, std::string_view message);

}  // namespace argus::filter
