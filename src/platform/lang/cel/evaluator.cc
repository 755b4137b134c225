#include "platform/lang/cel/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "platform/lang/cel/arithmetic.h"

namespace argus::cel {
namespace {

using Kind = StaticType::Kind;

Datum ToDatum(const Value& value) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    List list;
    list.reserve(texts->size());
    for (const auto& text : *texts) list.push_back({text});
    return {std::move(list)};
  }
  Datum out;
  std::visit(
      [&]<typename T>(const T& scalar) {
        if constexpr (!std::is_same_v<T, std::vector<std::string>>) out.value = scalar;
      },
      value);
  return out;
}

bool HasType(const Datum& datum, StaticType type) {
  switch (type.kind) {
    case Kind::kBool: return std::holds_alternative<bool>(datum.value);
    case Kind::kInt: return std::holds_alternative<std::int64_t>(datum.value);
    case Kind::kDouble: return std::holds_alternative<double>(datum.value);
    case Kind::kString:
      return type.is_list ? std::holds_alternative<List>(datum.value) : std::holds_alternative<std::string>(datum.value);
    case Kind::kTimestamp: return std::holds_alternative<Timestamp>(datum.value);
    case Kind::kUnknown: return false;
  }
  return false;
}

std::int64_t CostOf(const Datum& datum) {
  if (const auto* list = std::get_if<List>(&datum.value)) return std::ssize(*list);
  if (const auto* text = std::get_if<std::string>(&datum.value)) return std::ssize(*text) / 64;
  return 0;
}

class Evaluator {
 public:
  explicit Evaluator(const Bindings& bindings) : bindings_(bindings) {}

  Result<Datum> Visit(const Node& node) {
    if (++cost_ > kMaxCost) return EvaluationError("the expression takes too many steps");
    auto result = Dispatch(node);
    if (result.ok()) cost_ += CostOf(*result);
    return result;
  }

 private:
  Result<Datum> Dispatch(const Node& node) {
    switch (node.op) {
      case Op::kLiteral: return node.literal;
      case Op::kVariable: return Lookup(node);
      case Op::kLocal: return locals_[node.slot];
      case Op::kList: return MakeList(node);
      case Op::kAnd: return Logic(node, false);
      case Op::kOr: return Logic(node, true);
      case Op::kConditional: return Conditional(node);
      case Op::kAll: return Macro(node, false);
      case Op::kExists: return Macro(node, true);
      case Op::kNot:
      case Op::kNegate:
      case Op::kSize:
      case Op::kTimestamp:
      case Op::kMatches: return Unary(node);
      default: return Binary(node);
    }
  }

  Result<Datum> Lookup(const Node& node) const {
    const auto at = bindings_.find(node.name);
    if (at == bindings_.end()) return EvaluationError(fmt::format("no value for variable '{}'", node.name));
    Datum datum = ToDatum(at->second);
    if (!HasType(datum, node.type)) return EvaluationError(fmt::format("variable '{}' has another type", node.name));
    return datum;
  }

  Result<Datum> MakeList(const Node& node) {
    List list;
    for (const auto& item : node.children) {
      ARGUS_ASSIGN(Datum value, Visit(*item));
      list.push_back(std::move(value));
    }
    return Datum{std::move(list)};
  }

  Result<bool> Truth(const Node& node) {
    ARGUS_ASSIGN(const Datum value, Visit(node));
    return std::get<bool>(value.value);
  }

  // Gathers the operands of && (decided by false) or || (by true): an operand that decides wins even over one that failed.
  class Gathering {
   public:
    explicit Gathering(bool decider) : decider_(decider) {}
    bool Decides(Result<bool> operand) {
      if (!operand.ok()) {
        if (!failure_) failure_ = std::move(operand).error();
        return false;
      }
      return *operand == decider_;
    }
    Result<Datum> Undecided() {
      if (failure_) return std::move(*failure_);
      return Datum{!decider_};
    }

   private:
    const bool decider_;
    std::optional<Error> failure_;
  };

  Result<Datum> Logic(const Node& node, bool decider) {
    Gathering gathering(decider);
    for (const auto& child : node.children) {
      if (gathering.Decides(Truth(*child))) return Datum{decider};
    }
    return gathering.Undecided();
  }

  Result<Datum> Macro(const Node& node, bool decider) {
    ARGUS_ASSIGN(Datum list, Visit(*node.children[0]));
    Gathering gathering(decider);
    for (Datum& item : std::get<List>(list.value)) {
      locals_.push_back(std::move(item));
      const bool decided = gathering.Decides(Truth(*node.children[1]));
      locals_.pop_back();
      if (decided) return Datum{decider};
      if (cost_ > kMaxCost) break;
    }
    return gathering.Undecided();
  }

  Result<Datum> Conditional(const Node& node) {
    ARGUS_ASSIGN(const bool condition, Truth(*node.children[0]));
    return Visit(*node.children[condition ? 1 : 2]);
  }

  Result<Datum> Unary(const Node& node) {
    ARGUS_ASSIGN(const Datum value, Visit(*node.children[0]));
    switch (node.op) {
      case Op::kNot: return Datum{!std::get<bool>(value.value)};
      case Op::kNegate: return Negate(value);
      case Op::kSize: return Datum{Size(value)};
      case Op::kMatches: return Datum{RE2::PartialMatch(std::get<std::string>(value.value), *node.pattern)};
      default: return ToTimestamp(std::get<std::string>(value.value));
    }
  }

  static Result<Datum> ToTimestamp(const std::string& text) {
    const auto time = ParseRfc3339(text);
    if (!time.ok()) return EvaluationError(time.error().message());
    return Datum{*time};
  }

  Result<Datum> Binary(const Node& node) {
    ARGUS_ASSIGN(const Datum left, Visit(*node.children[0]));
    ARGUS_ASSIGN(const Datum right, Visit(*node.children[1]));
    if (const auto text = TextTest(node.op, left, right)) return Datum{*text};
    switch (node.op) {
      case Op::kEqual: return Datum{AreEqual(left, right)};
      case Op::kNotEqual: return Datum{!AreEqual(left, right)};
      case Op::kLess: return Datum{Compare(left, right) < 0};
      case Op::kLessEqual: return Datum{Compare(left, right) <= 0};
      case Op::kGreater: return Datum{Compare(left, right) > 0};
      case Op::kGreaterEqual: return Datum{Compare(left, right) >= 0};
      case Op::kIn: return Datum{IsIn(left, std::get<List>(right.value))};
      default: return Calculate(node.op, left, right);
    }
  }

  static std::optional<bool> TextTest(Op op, const Datum& left, const Datum& right) {
    if (op != Op::kStartsWith && op != Op::kEndsWith && op != Op::kContains) return std::nullopt;
    const auto& text = std::get<std::string>(left.value);
    const auto& part = std::get<std::string>(right.value);
    if (op == Op::kStartsWith) return text.starts_with(part);
    if (op == Op::kEndsWith) return text.ends_with(part);
    return text.find(part) != std::string::npos;
  }

  static bool IsIn(const Datum& item, const List& list) {
    return std::ranges::any_of(list, [&](const Datum& other) { return AreEqual(item, other); });
  }

  const Bindings& bindings_;
  std::vector<Datum> locals_;
  std::int64_t cost_ = 0;
};

}  // namespace

Result<bool> EvaluateChecked(const Node& root, const Bindings& bindings) {
  ARGUS_ASSIGN(const Datum value, Evaluator(bindings).Visit(root));
  return std::get<bool>(value.value);
}

}  // namespace argus::cel
