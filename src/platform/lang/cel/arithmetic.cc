#include "platform/lang/cel/arithmetic.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "platform/base/reasons.h"

namespace argus::cel {
namespace {

std::partial_ordering CompareExactly(std::int64_t a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= 0x1p63) return std::partial_ordering::less;
  if (b < -0x1p63) return std::partial_ordering::greater;
  const auto whole = static_cast<std::int64_t>(b);
  if (a != whole) return a <=> whole;
  return 0.0 <=> b - static_cast<double>(whole);
}

std::partial_ordering Reverse(std::partial_ordering order) { return 0 <=> order; }

struct Comparer {
  template <typename T>
  std::partial_ordering operator()(const T& a, const T& b) const {
    return a <=> b;
  }
  std::partial_ordering operator()(std::int64_t a, double b) const { return CompareExactly(a, b); }
  std::partial_ordering operator()(double a, std::int64_t b) const { return Reverse(CompareExactly(b, a)); }
  std::partial_ordering operator()(const List& a, const List& b) const {
    const bool equal = std::ranges::equal(a, b, AreEqual);
    return equal ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
  }
  // Kept out by the checker.
  template <typename A, typename B>
  std::partial_ordering operator()(const A&, const B&) const {
    return std::partial_ordering::unordered;
  }
};

bool Overflows(Op op, std::int64_t a, std::int64_t b, std::int64_t& result) {
  switch (op) {
    case Op::kAdd: return __builtin_add_overflow(a, b, &result);
    case Op::kSubtract: return __builtin_sub_overflow(a, b, &result);
    case Op::kMultiply: return __builtin_mul_overflow(a, b, &result);
    default: break;
  }
  if (a == std::numeric_limits<std::int64_t>::min() && b == -1) return true;
  result = op == Op::kDivide ? a / b : a % b;
  return false;
}

Result<Datum> CalculateInt(Op op, std::int64_t a, std::int64_t b) {
  if (b == 0 && (op == Op::kDivide || op == Op::kModulo)) return EvaluationError("division by zero");
  std::int64_t result = 0;
  if (Overflows(op, a, b, result)) return EvaluationError("integer overflow");
  return Datum{result};
}

double CalculateDouble(Op op, double a, double b) {
  switch (op) {
    case Op::kAdd: return a + b;
    case Op::kSubtract: return a - b;
    case Op::kMultiply: return a * b;
    default: return a / b;
  }
}

List Concatenate(List a, const List& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

std::partial_ordering Compare(const Datum& a, const Datum& b) { return std::visit(Comparer{}, a.value, b.value); }

bool AreEqual(const Datum& a, const Datum& b) { return Compare(a, b) == 0; }

Result<Datum> Calculate(Op op, const Datum& a, const Datum& b) {
  if (const auto* x = std::get_if<std::int64_t>(&a.value)) return CalculateInt(op, *x, std::get<std::int64_t>(b.value));
  if (const auto* x = std::get_if<double>(&a.value)) {
    return Datum{CalculateDouble(op, *x, std::get<double>(b.value))};
  }
  if (const auto* x = std::get_if<std::string>(&a.value)) return Datum{*x + std::get<std::string>(b.value)};
  return Datum{Concatenate(std::get<List>(a.value), std::get<List>(b.value))};
}

Result<Datum> Negate(const Datum& a) {
  if (const auto* x = std::get_if<double>(&a.value)) return Datum{-*x};
  return CalculateInt(Op::kSubtract, 0, std::get<std::int64_t>(a.value));
}

std::int64_t Size(const Datum& a) {
  if (const auto* list = std::get_if<List>(&a.value)) return std::ssize(*list);
  return std::ranges::count_if(std::get<std::string>(a.value), [](unsigned char c) { return (c & 0xC0) != 0x80; });
}

Error EvaluationError(std::string_view message) {
  return Error(Code::kInvalidArgument, reasons::kInvalidExpression, std::string(message));
}

}  // namespace argus::cel
