// The tree of an expression, made by the parser, typed by the checker, walked by the evaluator.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "platform/lang/cel/cel.h"

namespace argus::cel {

// What the checker knows of a value: a scalar or a list of scalars. The empty list literal has an unknown element.
struct StaticType {
  enum class Kind { kUnknown, kBool, kInt, kDouble, kString, kTimestamp };
  Kind kind = Kind::kUnknown;
  bool is_list = false;

  bool is_number() const { return !is_list && (kind == Kind::kInt || kind == Kind::kDouble); }
  bool Is(Kind scalar) const { return !is_list && kind == scalar; }
  StaticType element() const { return {kind, false}; }
  friend bool operator==(const StaticType&, const StaticType&) = default;
};

// A value at run time; a list holds scalars.
struct Datum;
using List = std::vector<Datum>;
struct Datum {
  std::variant<bool, std::int64_t, double, std::string, Timestamp, List> value;
};

enum class Op {
  kLiteral, kVariable, kLocal, kList,
  kNot, kNegate, kAnd, kOr, kConditional,
  kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kIn,
  kAdd, kSubtract, kMultiply, kDivide, kModulo,
  kSize, kStartsWith, kEndsWith, kContains, kMatches, kTimestamp,
  kAll, kExists,
};

struct Program::Node {
  Op op;
  std::size_t offset = 0;  // in the source, for messages
  int depth = 1;
  // kAnd and kOr have two or more; kAll and kExists the list and the predicate; a method its receiver first.
  std::vector<std::unique_ptr<Node>> children;
  Datum literal{};   // kLiteral
  std::string name;  // kVariable; the local's name of kAll and kExists
  // Set by the checker:
  StaticType type;
  std::size_t slot = 0;                // kLocal: index from the outermost macro
  std::unique_ptr<const RE2> pattern;  // kMatches
};
using Node = Program::Node;
using NodePtr = std::unique_ptr<Node>;

}  // namespace argus::cel
