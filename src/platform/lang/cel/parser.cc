#include "platform/lang/cel/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "platform/lang/cel/lexer.h"

namespace argus::cel {
namespace {

struct BinaryOperator {
  std::string_view symbol;
  Op op;
};

constexpr BinaryOperator kRelations[] = {{"==", Op::kEqual},     {"!=", Op::kNotEqual}, {"<", Op::kLess},
                                         {"<=", Op::kLessEqual}, {">", Op::kGreater},   {">=", Op::kGreaterEqual},
                                         {"in", Op::kIn}};
constexpr BinaryOperator kAdditions[] = {{"+", Op::kAdd}, {"-", Op::kSubtract}};
constexpr BinaryOperator kMultiplications[] = {{"*", Op::kMultiply}, {"/", Op::kDivide}, {"%", Op::kModulo}};

struct Function {
  std::string_view name;
  bool is_method;
  std::size_t arguments;  // with the receiver
  Op op;
};

constexpr Function kFunctions[] = {{"size", false, 1, Op::kSize},
                                   {"size", true, 1, Op::kSize},
                                   {"timestamp", false, 1, Op::kTimestamp},
                                   {"startsWith", true, 2, Op::kStartsWith},
                                   {"endsWith", true, 2, Op::kEndsWith},
                                   {"contains", true, 2, Op::kContains},
                                   {"matches", true, 2, Op::kMatches},
                                   {"matches", false, 2, Op::kMatches}};

std::optional<Op> MacroOp(std::string_view name) {
  if (name == "all") return Op::kAll;
  if (name == "exists") return Op::kExists;
  return std::nullopt;
}

std::optional<Op> FindOperator(std::span<const BinaryOperator> operators, const Token& token) {
  const auto at = std::ranges::find_if(operators, [&](const auto& o) { return token.Is(o.symbol); });
  return at == operators.end() ? std::nullopt : std::optional(at->op);
}

class Parser {
 public:
  Parser(std::string_view source, std::vector<Token> tokens) : source_(source), tokens_(std::move(tokens)) {}

  Result<NodePtr> Run() {
    ARGUS_ASSIGN(NodePtr root, ParseExpression());
    if (Peek().kind != Token::Kind::kEnd) return Unexpected();
    return root;
  }

 private:
  using Rule = Result<NodePtr> (Parser::*)();
  using Nodes = std::vector<NodePtr>;

  const Token& Peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& Take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool TakeIf(std::string_view symbol) { return Peek().Is(symbol) && (Take(), true); }

  Error Unexpected() const {
    if (Peek().kind == Token::Kind::kEnd) return ErrorAt(source_, Peek().offset, "the expression ends too early");
    return ErrorAt(source_, Peek().offset, fmt::format("unexpected '{}'", Peek().text));
  }

  Status Expect(std::string_view symbol) {
    if (!TakeIf(symbol)) return ErrorAt(source_, Peek().offset, fmt::format("'{}' expected", symbol));
    return Ok();
  }

  Result<NodePtr> Make(Op op, std::size_t offset, Nodes children) {
    auto node = std::make_unique<Node>();
    node->op = op;
    node->offset = offset;
    for (const auto& child : children) node->depth = std::max(node->depth, child->depth + 1);
    node->children = std::move(children);
    if (node->depth > kMaxDepth) return TooDeep(offset);
    return node;
  }

  template <typename... Children>
  Result<NodePtr> Make(Op op, std::size_t offset, NodePtr first, Children... rest) {
    Nodes children;
    children.push_back(std::move(first));
    (children.push_back(std::move(rest)), ...);
    return Make(op, offset, std::move(children));
  }

  Error TooDeep(std::size_t offset) const { return ErrorAt(source_, offset, "the expression is nested too deeply"); }

  Result<NodePtr> ParseExpression() {
    if (nesting_ >= kMaxDepth) return TooDeep(Peek().offset);
    ++nesting_;
    auto result = ParseConditional();
    --nesting_;
    return result;
  }

  Result<NodePtr> ParseConditional() {
    ARGUS_ASSIGN(NodePtr condition, ParseOr());
    const std::size_t offset = Peek().offset;
    if (!TakeIf("?")) return condition;
    ARGUS_ASSIGN(NodePtr yes, ParseOr());
    ARGUS_RETURN_IF_ERROR(Expect(":"));
    ARGUS_ASSIGN(NodePtr no, ParseExpression());
    return Make(Op::kConditional, offset, std::move(condition), std::move(yes), std::move(no));
  }

  Result<NodePtr> ParseOr() { return ParseChain("||", Op::kOr, &Parser::ParseAnd); }
  Result<NodePtr> ParseAnd() { return ParseChain("&&", Op::kAnd, &Parser::ParseRelation); }

  // Operands of one logical operator become one flat node, however many there are.
  Result<NodePtr> ParseChain(std::string_view symbol, Op op, Rule operand) {
    ARGUS_ASSIGN(NodePtr first, (this->*operand)());
    if (!Peek().Is(symbol)) return first;
    const std::size_t offset = Peek().offset;
    Nodes children;
    children.push_back(std::move(first));
    while (TakeIf(symbol)) {
      ARGUS_ASSIGN(NodePtr next, (this->*operand)());
      children.push_back(std::move(next));
    }
    return Make(op, offset, std::move(children));
  }

  Result<NodePtr> ParseRelation() { return ParseLeftAssociative(kRelations, &Parser::ParseAddition); }
  Result<NodePtr> ParseAddition() { return ParseLeftAssociative(kAdditions, &Parser::ParseMultiplication); }
  Result<NodePtr> ParseMultiplication() { return ParseLeftAssociative(kMultiplications, &Parser::ParseUnary); }

  Result<NodePtr> ParseLeftAssociative(std::span<const BinaryOperator> operators, Rule operand) {
    ARGUS_ASSIGN(NodePtr left, (this->*operand)());
    while (const auto op = FindOperator(operators, Peek())) {
      const std::size_t offset = Take().offset;
      ARGUS_ASSIGN(NodePtr right, (this->*operand)());
      ARGUS_ASSIGN(left, Make(*op, offset, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<NodePtr> ParseUnary() {
    const std::size_t first = at_;
    while (Peek().Is("!")) Take();
    if (at_ == first) {
      while (Peek().Is("-") && !IsNegativeNumber()) Take();
    }
    std::size_t last = at_;
    ARGUS_ASSIGN(NodePtr node, ParseMember());
    while (last-- > first) {
      const Op op = tokens_[last].Is("!") ? Op::kNot : Op::kNegate;
      ARGUS_ASSIGN(node, Make(op, tokens_[last].offset, std::move(node)));
    }
    return node;
  }

  bool IsNegativeNumber() const {
    const Token::Kind next = Peek(1).kind;
    return Peek().Is("-") && (next == Token::Kind::kInt || next == Token::Kind::kDouble);
  }

  Result<NodePtr> ParseMember() {
    ARGUS_ASSIGN(NodePtr node, ParsePrimary());
    while (TakeIf(".")) {
      if (Peek().kind != Token::Kind::kIdentifier) return Unexpected();
      const Token name = Take();
      if (!TakeIf("(")) return ErrorAt(source_, name.offset, fmt::format("no field '{}': only methods follow '.'", name.text));
      ARGUS_ASSIGN(node, ParseMethod(name, std::move(node)));
    }
    if (Peek().Is("[")) return ErrorAt(source_, Peek().offset, "indexing is not supported");
    return node;
  }

  Result<NodePtr> ParseMethod(const Token& name, NodePtr receiver) {
    if (const auto macro = MacroOp(name.text)) return ParseMacro(*macro, name.offset, std::move(receiver));
    Nodes arguments;
    arguments.push_back(std::move(receiver));
    return ParseCall(name, true, std::move(arguments));
  }

  // list.all(x, predicate)
  Result<NodePtr> ParseMacro(Op op, std::size_t offset, NodePtr list) {
    if (Peek().kind != Token::Kind::kIdentifier) return Unexpected();
    std::string local = Take().text;
    ARGUS_RETURN_IF_ERROR(Expect(","));
    ARGUS_ASSIGN(NodePtr predicate, ParseExpression());
    ARGUS_RETURN_IF_ERROR(Expect(")"));
    ARGUS_ASSIGN(NodePtr node, Make(op, offset, std::move(list), std::move(predicate)));
    node->name = std::move(local);
    return node;
  }

  // The arguments after '(', added to `arguments`.
  Result<NodePtr> ParseCall(const Token& name, bool is_method, Nodes arguments) {
    ARGUS_RETURN_IF_ERROR(ParseList(")", arguments));
    const auto matches = [&](const Function& f) {
      return f.name == name.text && f.is_method == is_method && f.arguments == arguments.size();
    };
    const auto function = std::ranges::find_if(kFunctions, matches);
    if (function == std::end(kFunctions)) {
      const std::size_t count = arguments.size() - (is_method ? 1 : 0);
      return ErrorAt(source_, name.offset,
                     fmt::format("no {} '{}' with {} arguments", is_method ? "method" : "function", name.text, count));
    }
    return Make(function->op, name.offset, std::move(arguments));
  }

  // Expressions separated by commas up to `close`, which is taken.
  Status ParseList(std::string_view close, Nodes& out) {
    while (!TakeIf(close)) {
      ARGUS_ASSIGN(NodePtr item, ParseExpression());
      out.push_back(std::move(item));
      if (!Peek().Is(close)) ARGUS_RETURN_IF_ERROR(Expect(","));
    }
    return Ok();
  }

  Result<NodePtr> ParsePrimary() {
    const std::size_t offset = Peek().offset;
    if (TakeIf("(")) return ParseParenthesis();
    if (TakeIf("[")) return ParseListLiteral(offset);
    if (TakeIf("true")) return MakeLiteral(offset, {true});
    if (TakeIf("false")) return MakeLiteral(offset, {false});
    if (Peek().Is("null")) return ErrorAt(source_, offset, "null is not supported");
    if (Peek().kind == Token::Kind::kInt || IsNegativeNumber()) return ParseNumber();
    switch (Peek().kind) {
      case Token::Kind::kDouble: return ParseNumber();
      case Token::Kind::kString: return MakeLiteral(offset, {Take().text});
      case Token::Kind::kIdentifier: return ParseName();
      default: return Unexpected();
    }
  }

  Result<NodePtr> ParseParenthesis() {
    ARGUS_ASSIGN(NodePtr inner, ParseExpression());
    ARGUS_RETURN_IF_ERROR(Expect(")"));
    return inner;
  }

  Result<NodePtr> ParseListLiteral(std::size_t offset) {
    Nodes items;
    ARGUS_RETURN_IF_ERROR(ParseList("]", items));
    return Make(Op::kList, offset, std::move(items));
  }

  Result<NodePtr> ParseNumber() {
    const std::size_t offset = Peek().offset;
    const bool negative = TakeIf("-");
    const Token& token = Take();
    if (token.kind == Token::Kind::kDouble) return MakeLiteral(offset, {negative ? -token.number : token.number});
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (token.magnitude > kMax + (negative ? 1 : 0)) return ErrorAt(source_, offset, "integer is too large");
    const std::uint64_t bits = negative ? 0 - token.magnitude : token.magnitude;
    return MakeLiteral(offset, {static_cast<std::int64_t>(bits)});
  }

  Result<NodePtr> ParseName() {
    const Token name = Take();
    if (TakeIf("(")) return ParseCall(name, false, {});
    ARGUS_ASSIGN(NodePtr node, Make(Op::kVariable, name.offset, Nodes()));
    node->name = name.text;
    return node;
  }

  Result<NodePtr> MakeLiteral(std::size_t offset, Datum value) {
    ARGUS_ASSIGN(NodePtr node, Make(Op::kLiteral, offset, Nodes()));
    node->literal = std::move(value);
    return node;
  }

  const std::string_view source_;
  const std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

Result<NodePtr> Parse(std::string_view source) {
  ARGUS_ASSIGN(auto tokens, Tokenize(source));
  return Parser(source, std::move(tokens)).Run();
}

}  // namespace argus::cel
