// CEL's operators on values of checked types.
#pragma once

#include <compare>

#include "platform/lang/cel/node.h"

namespace argus::cel {

// Unordered only where a NaN takes part. An int and a double compare by their exact values.
std::partial_ordering Compare(const Datum& a, const Datum& b);
bool AreEqual(const Datum& a, const Datum& b);

// kAdd … kModulo. Integer overflow and division by zero are errors; doubles follow IEEE 754.
Result<Datum> Calculate(Op op, const Datum& a, const Datum& b);
Result<Datum> Negate(const Datum& a);

// Code points of a string, items of a list.
std::int64_t Size(const Datum& a);

// INVALID_ARGUMENT / INVALID_EXPRESSION.
Error EvaluationError(std::string_view message);

}  // namespace argus::cel
