#include "platform/lang/cel/checker.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ranges>

#include "platform/lang/cel/lexer.h"

namespace argus::cel {
namespace {

using Kind = StaticType::Kind;

constexpr int kMaxPatternMemory = 1 << 20;

constexpr StaticType kBool{Kind::kBool};
constexpr StaticType kInt{Kind::kInt};
constexpr StaticType kString{Kind::kString};

StaticType FromDeclared(Type type) {
  switch (type) {
    case Type::kBool: return kBool;
    case Type::kInt: return kInt;
    case Type::kDouble: return {Kind::kDouble};
    case Type::kString: return kString;
    case Type::kStringList: return {Kind::kString, true};
    case Type::kTimestamp: return {Kind::kTimestamp};
  }
  return {};
}

StaticType FromLiteral(const Datum& literal) {
  static constexpr Kind kByIndex[] = {Kind::kBool, Kind::kInt, Kind::kDouble, Kind::kString, Kind::kTimestamp};
  return {kByIndex[literal.value.index()]};
}

std::string TypeName(StaticType type) {
  static constexpr std::string_view kNames[] = {"unknown", "bool", "int", "double", "string", "timestamp"};
  const std::string_view kind = kNames[static_cast<int>(type.kind)];
  return type.is_list ? fmt::format("list<{}>", kind) : std::string(kind);
}

// Same type, two numbers, or two lists of which one is the empty literal.
bool AreComparable(StaticType a, StaticType b) {
  if (a == b || (a.is_number() && b.is_number())) return true;
  return a.is_list && b.is_list && (a.kind == Kind::kUnknown || b.kind == Kind::kUnknown);
}

bool IsOrdered(StaticType type) { return !type.is_list; }
bool IsConcatenable(StaticType type) { return type.is_list || type.Is(Kind::kString); }

class Checker {
 public:
  Checker(std::string_view source, const Declarations& declarations) : source_(source), declarations_(declarations) {}

  Status CheckRoot(Node& root) {
    ARGUS_RETURN_IF_ERROR(Visit(root));
    return Require(root, root.type == kBool, "the expression must be a bool");
  }

 private:
  struct Local {
    std::string_view name;
    StaticType type;
  };

  Status Require(const Node& node, bool holds, std::string_view rule) const {
    if (holds) return Ok();
    return ErrorAt(source_, node.offset, fmt::format("{}, not {}", rule, TypeName(node.type)));
  }

  // `node` gets `type` if its operands are `fitting`.
  Status Accept(Node& node, bool fitting, StaticType type) const {
    if (!fitting) {
      const auto names = node.children | std::views::transform([](const NodePtr& c) { return TypeName(c->type); });
      return ErrorAt(source_, node.offset, fmt::format("no such operation on {}", fmt::join(names, " and ")));
    }
    node.type = type;
    return Ok();
  }

  Status Visit(Node& node) {
    if (node.op == Op::kAll || node.op == Op::kExists) return VisitMacro(node);
    for (auto& child : node.children) ARGUS_RETURN_IF_ERROR(Visit(*child));
    return VisitSelf(node);
  }

  Status VisitSelf(Node& node) {
    switch (node.op) {
      case Op::kLiteral: node.type = FromLiteral(node.literal); return Ok();
      case Op::kVariable:
      case Op::kLocal: return Resolve(node);
      case Op::kList: return VisitList(node);
      case Op::kNot:
      case Op::kAnd:
      case Op::kOr: return VisitLogic(node);
      case Op::kConditional: return VisitConditional(node);
      case Op::kEqual:
      case Op::kNotEqual: return Accept(node, AreComparable(Left(node), Right(node)), kBool);
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kGreater:
      case Op::kGreaterEqual:
        return Accept(node, AreComparable(Left(node), Right(node)) && IsOrdered(Left(node)), kBool);
      case Op::kIn: return VisitIn(node);
      case Op::kNegate: return Accept(node, Left(node).is_number(), Left(node));
      case Op::kAdd: return VisitAdd(node);
      case Op::kSubtract:
      case Op::kMultiply:
      case Op::kDivide: return Accept(node, Left(node) == Right(node) && Left(node).is_number(), Left(node));
      case Op::kModulo: return Accept(node, Left(node) == kInt && Right(node) == kInt, kInt);
      case Op::kSize: return Accept(node, IsConcatenable(Left(node)), kInt);
      case Op::kStartsWith:
      case Op::kEndsWith:
      case Op::kContains: return Accept(node, Left(node) == kString && Right(node) == kString, kBool);
      case Op::kMatches: return VisitMatches(node);
      case Op::kTimestamp: return Accept(node, Left(node) == kString, {Kind::kTimestamp});
      case Op::kAll:
      case Op::kExists: break;  // VisitMacro
    }
    return Ok();
  }

  static StaticType Left(const Node& node) { return node.children[0]->type; }
  static StaticType Right(const Node& node) { return node.children[1]->type; }

  // The innermost local of the name, else a declared variable.
  Status Resolve(Node& node) {
    for (std::size_t i = locals_.size(); i-- > 0;) {
      if (locals_[i].name != node.name) continue;
      node.op = Op::kLocal;
      node.slot = i;
      node.type = locals_[i].type;
      return Ok();
    }
    const auto declared = declarations_.find(node.name);
    if (declared == declarations_.end()) {
      return ErrorAt(source_, node.offset,
                     fmt::format("unknown variable '{}'; known are {}", node.name,
                                 fmt::join(declarations_ | std::views::keys, ", ")));
    }
    node.type = FromDeclared(declared->second);
    return Ok();
  }

  Status VisitList(Node& node) {
    node.type = {Kind::kUnknown, true};
    if (node.children.empty()) return Ok();
    const StaticType element = Left(node);
    for (const auto& item : node.children) {
      ARGUS_RETURN_IF_ERROR(Require(*item, !item->type.is_list, "a list holds scalars"));
      ARGUS_RETURN_IF_ERROR(Require(*item, item->type == element, "the items of a list must have one type"));
    }
    node.type = {element.kind, true};
    return Ok();
  }

  Status VisitLogic(Node& node) {
    for (const auto& child : node.children) {
      ARGUS_RETURN_IF_ERROR(Require(*child, child->type == kBool, "operands of !, && and || must be bool"));
    }
    node.type = kBool;
    return Ok();
  }

  Status VisitConditional(Node& node) {
    const Node& condition = *node.children[0];
    const Node& no = *node.children[2];
    ARGUS_RETURN_IF_ERROR(Require(condition, condition.type == kBool, "the condition before ? must be a bool"));
    ARGUS_RETURN_IF_ERROR(Require(no, no.type == Right(node), "both sides of : must have one type"));
    node.type = no.type;
    return Ok();
  }

  Status VisitIn(Node& node) {
    const bool fits = Right(node).is_list && !Left(node).is_list &&
                      (Right(node).kind == Kind::kUnknown || AreComparable(Left(node), Right(node).element()));
    return Accept(node, fits, kBool);
  }

  Status VisitAdd(Node& node) {
    const StaticType left = Left(node), right = Right(node);
    if (left.is_list && right.is_list && AreComparable(left, right)) {
      return Accept(node, true, left.kind == Kind::kUnknown ? right : left);
    }
    return Accept(node, left == right && (left.is_number() || left == kString), left);
  }

  Status VisitMatches(Node& node) {
    ARGUS_RETURN_IF_ERROR(Accept(node, Left(node) == kString && Right(node) == kString, kBool));
    const Node& pattern = *node.children[1];
    if (pattern.op != Op::kLiteral) return ErrorAt(source_, pattern.offset, "the pattern must be a string literal");
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(kMaxPatternMemory);
    node.pattern = std::make_unique<const RE2>(std::get<std::string>(pattern.literal.value), options);
    if (!node.pattern->ok()) {
      return ErrorAt(source_, pattern.offset, fmt::format("not a regular expression (RE2): {}", node.pattern->error()));
    }
    return Ok();
  }

  Status VisitMacro(Node& node) {
    Node& list = *node.children[0];
    Node& predicate = *node.children[1];
    ARGUS_RETURN_IF_ERROR(Visit(list));
    ARGUS_RETURN_IF_ERROR(Require(list, list.type.is_list, "all() and exists() belong to lists"));
    locals_.push_back({node.name, list.type.element()});
    ARGUS_RETURN_IF_ERROR(Visit(predicate));
    locals_.pop_back();
    node.type = kBool;
    return Require(predicate, predicate.type == kBool, "the predicate must be a bool");
  }

  const std::string_view source_;
  const Declarations& declarations_;
  std::vector<Local> locals_;
};

}  // namespace

Status Check(std::string_view source, const Declarations& declarations, Node& root) {
  return Checker(source, declarations).CheckRoot(root);
}

}  // namespace argus::cel
