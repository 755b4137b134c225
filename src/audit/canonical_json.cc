#include "audit/canonical_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "platform/base/encoding.h"

namespace argus::audit {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// UTF-8 bytes sort by code point. UTF-16 units do too, but for U+E000–U+FFFF, which sort behind the surrogates of all
// larger code points.
bool Utf16Less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return y != b.end();
  const auto left = static_cast<unsigned char>(*x);
  const auto right = static_cast<unsigned char>(*y);
  const bool left_large = left >= 0xF0;
  const bool right_large = right >= 0xF0;
  if (left_large == right_large) return left < right;
  const auto smaller = left_large ? right : left;
  return (smaller >= 0xEE) == left_large;
}

// |number| is 0.d₁d₂d₃… × 10^point.
struct Decimal {
  std::string digits;
  int point;
};

// The shortest digits that read back as `number`, which is positive and finite.
Decimal ShortestDecimal(double number) {
  std::array<char, 32> buffer;
  const char* end = std::to_chars(buffer.begin(), buffer.end(), number, std::chars_format::scientific).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  Decimal decimal{std::string(text.substr(0, e)), 0};
  std::erase(decimal.digits, '.');
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, decimal.point);
  ++decimal.point;
  return decimal;
}

std::string Zeros(int count) { return std::string(static_cast<std::size_t>(count), '0'); }

// ECMA-262 Number::toString: plain between 1e-6 and 1e21, else with an exponent.
std::string FormatDecimal(const Decimal& decimal) {
  const auto& [digits, point] = decimal;
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -5) {
    const std::string_view fraction = std::string_view(digits).substr(1);
    return fmt::format("{}{}{}e{:+}", digits[0], fraction.empty() ? "" : ".", fraction, point - 1);
  }
  if (point <= 0) return "0." + Zeros(-point) + digits;
  if (point >= count) return digits + Zeros(point - count);
  return fmt::format("{}.{}", std::string_view(digits).substr(0, point), std::string_view(digits).substr(point));
}

void AppendNumber(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
  } else if (number == 0) {
    out += '0';
  } else {
    if (number < 0) out += '-';
    out += FormatDecimal(ShortestDecimal(std::abs(number)));
  }
}

void AppendList(const google::protobuf::ListValue& list, std::string& out);

void AppendValue(const Value& value, std::string& out) {
  switch (value.kind_case()) {
    case Value::kBoolValue:
      out += value.bool_value() ? "true" : "false";
      break;
    case Value::kNumberValue:
      AppendNumber(value.number_value(), out);
      break;
    case Value::kStringValue:
      AppendCanonicalString(value.string_value(), out);
      break;
    case Value::kStructValue:
      AppendCanonical(value.struct_value(), out);
      break;
    case Value::kListValue:
      AppendList(value.list_value(), out);
      break;
    default:
      out += "null";
  }
}

void AppendList(const google::protobuf::ListValue& list, std::string& out) {
  const char* separator = "[";
  for (const Value& item : list.values()) {
    out += separator;
    AppendValue(item, out);
    separator = ",";
  }
  out += list.values().empty() ? "[]" : "]";
}

}  // namespace

void AppendCanonical(const Struct& object, std::string& out) {
  using Field = google::protobuf::Map<std::string, Value>::value_type;
  std::vector<const Field*> fields;
  for (const Field& field : object.fields()) fields.push_back(&field);
  std::sort(fields.begin(), fields.end(), [](auto* a, auto* b) { return Utf16Less(a->first, b->first); });
  const char* separator = "{";
  for (const Field* field : fields) {
    out += separator;
    AppendCanonicalString(field->first, out);
    out += ':';
    AppendValue(field->second, out);
    separator = ",";
  }
  out += fields.empty() ? "{}" : "}";
}

void AppendCanonicalString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace argus::audit
