#include "platform/lang/filter/sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "platform/lang/filter/parser.h"

namespace argus::filter {
namespace {

constexpr std::size_t kMaxParams = 2 * kMaxComparisons;
// Sorts after every text that begins with what it is appended to.
constexpr std::string_view kLastCodePoint = "\U0010FFFF";

// "f0" …: db::Param keeps a view only.
std::string_view ParamName(std::size_t index) {
  static const auto names = [] {
    std::array<std::string, kMaxParams> out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = fmt::format("f{}", i);
    return out;
  }();
  return names[index];
}

bool IsText(FieldType type) { return type == FieldType::kText || type == FieldType::kKey; }
bool IsOrdered(FieldType type) { return type == FieldType::kInt || type == FieldType::kTime; }
bool IsEquality(Operator op) { return op == Operator::kEqual || op == Operator::kNotEqual || op == Operator::kHas; }

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view SqlOperator(Operator op) {
  if (op == Operator::kNotEqual) return "<>";
  return op == Operator::kHas ? "=" : OperatorText(op);
}

std::int64_t CountCodePoints(std::string_view utf8) {
  return std::ranges::count_if(utf8, [](unsigned char c) { return (c & 0xC0) != 0x80; });
}

class Compiler {
 public:
  Compiler(std::string_view text, Fields fields) : text_(text), fields_(fields) {}

  Result<Condition> Run() {
    ARGUS_ASSIGN(const Expression root, Parse(text_));
    ARGUS_RETURN_IF_ERROR(Add(root));
    return std::move(out_);
  }

 private:
  Status Add(const Expression& e) {
    switch (e.kind) {
      case Expression::Kind::kAnd: return AddList(e, " AND ");
      case Expression::Kind::kOr: return AddList(e, " OR ");
      case Expression::Kind::kNot:
        out_.sql += "NOT ";
        return AddList(e, "");
      case Expression::Kind::kComparison: return AddComparison(e.comparison);
    }
    return Ok();
  }

  Status AddList(const Expression& e, std::string_view separator) {
    if (e.children.empty()) {
      out_.sql += "1 = 1";
      return Ok();
    }
    out_.sql += '(';
    for (std::size_t i = 0; i < e.children.size(); ++i) {
      if (i > 0) out_.sql += separator;
      ARGUS_RETURN_IF_ERROR(Add(e.children[i]));
    }
    out_.sql += ')';
    return Ok();
  }

  Error Fail(const Comparison& c, std::string_view message) const { return FilterError(text_, c.offset, message); }

  Status AddComparison(const Comparison& c) {
    const Field* field = FindField(fields_, c.field);
    if (field == nullptr) return Fail(c, fmt::format("no field '{}'; known are {}", c.field, FieldNames(fields_)));
    if (!IsEquality(c.op) && !IsOrdered(field->type)) {
      return Fail(c, fmt::format("field '{}' takes only = != and :", c.field));
    }
    if (c.is_prefix) return AddPrefix(*field, c);
    ARGUS_ASSIGN(db::Value value, ToValue(*field, c));
    out_.sql += fmt::format("{} {} {}", field->column, SqlOperator(c.op), Bind(std::move(value)));
    return Ok();
  }

  Status AddPrefix(const Field& field, const Comparison& c) {
    if (!IsText(field.type)) return Fail(c, fmt::format("field '{}' takes no '*'", c.field));
    if (c.op == Operator::kNotEqual) out_.sql += "NOT ";
    out_.sql += c.value.empty() ? fmt::format("({} <> '')", field.column) : PrefixTest(field, c.value);
    return Ok();
  }

  // LIKE would ignore case on SQLite and not on PostgreSQL.
  std::string PrefixTest(const Field& field, const std::string& prefix) {
    if (field.type == FieldType::kKey) {
      const std::string first = Bind(prefix);
      const std::string past = Bind(prefix + std::string(kLastCodePoint));
      return fmt::format("({0} >= {1} AND {0} < {2})", field.column, first, past);
    }
    return fmt::format("(substr({}, 1, {}) = {})", field.column, CountCodePoints(prefix), Bind(prefix));
  }

  std::string Bind(db::Value value) {
    const std::string_view name = ParamName(out_.params.size());
    out_.params.emplace_back(name, std::move(value));
    return fmt::format(":{}", name);
  }

  Result<db::Value> ToValue(const Field& field, const Comparison& c) const {
    switch (field.type) {
      case FieldType::kText:
      case FieldType::kKey: return db::Value(c.value);
      case FieldType::kInt: return ToInt(c);
      case FieldType::kTime: return ToTime(c);
      case FieldType::kEnum: return ToEnum(field, c);
      case FieldType::kBool: return ToBool(c);
    }
    return Fail(c, "a field of unknown type");
  }

  Result<db::Value> ToInt(const Comparison& c) const {
    std::int64_t value = 0;
    const char* end = c.value.data() + c.value.size();
    const auto [stop, failure] = std::from_chars(c.value.data(), end, value);
    if (failure != std::errc() || stop != end) return Fail(c, fmt::format("field '{}' takes an integer", c.field));
    return db::Value(value);
  }

  Result<db::Value> ToTime(const Comparison& c) const {
    const auto time = ParseRfc3339(c.value);
    if (!time.ok()) return Fail(c, fmt::format("field '{}' takes a time such as 2026-05-24T08:42:11Z", c.field));
    return db::Value(ToMicros(*time));
  }

  Result<db::Value> ToBool(const Comparison& c) const {
    if (c.value != "true" && c.value != "false") return Fail(c, fmt::format("field '{}' takes true or false", c.field));
    return db::Value(std::int64_t{c.value == "true"});
  }

  Result<db::Value> ToEnum(const Field& field, const Comparison& c) const {
    std::string names;
    for (const EnumValue& value : field.values) {
      if (EqualIgnoringCase(value.name, c.value)) return value.stored;
      names.append(names.empty() ? "" : ", ").append(value.name);
    }
    return Fail(c, fmt::format("field '{}' takes one of {}", c.field, names));
  }

  const std::string_view text_;
  const Fields fields_;
  Condition out_;
};

}  // namespace

Result<Condition> Compile(std::string_view filter, Fields fields) { return Compiler(filter, fields).Run(); }

}  // namespace argus::filter
