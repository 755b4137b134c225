#include "platform/rpc/json_scanner.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"

namespace argus::rpc {

std::string_view JsonTypeName(JsonType type) {
  switch (type) {
    case JsonType::kNull: return "null";
    case JsonType::kBool: return "a boolean";
    case JsonType::kNumber: return "a number";
    case JsonType::kString: return "a string";
    case JsonType::kArray: return "an array";
    case JsonType::kObject: return "an object";
  }
  return "";
}

Error JsonScanner::FailAt(std::size_t at, std::string_view what) const {
  const std::string_view before = text_.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return Error(Code::kInvalidArgument, reasons::kInvalidJson,
               fmt::format("the body is not valid JSON: line {}, column {}: {}", line, at - line_start + 1, what));
}

void JsonScanner::SkipSpace() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
}

bool JsonScanner::Take(char c) {
  if (!At(c)) return false;
  ++at_;
  return true;
}

Result<JsonType> JsonScanner::Peek() {
  SkipSpace();
  if (at_ == text_.size()) return Fail("the text ends where a value is expected");
  switch (text_[at_]) {
    case 'n': return JsonType::kNull;
    case 't':
    case 'f': return JsonType::kBool;
    case '"': return JsonType::kString;
    case '[': return JsonType::kArray;
    case '{': return JsonType::kObject;
    default: break;
  }
  if (At('-') || AtDigit()) return JsonType::kNumber;
  return Fail("a value is expected");
}

Status JsonScanner::ReadLiteral(std::string_view literal) {
  SkipSpace();
  if (text_.substr(at_, literal.size()) != literal) return Fail(fmt::format("'{}' is expected", literal));
  at_ += literal.size();
  return Ok();
}

Result<bool> JsonScanner::ReadBool() {
  SkipSpace();
  const bool value = At('t');
  ARGUS_RETURN_IF_ERROR(ReadLiteral(value ? "true" : "false"));
  return value;
}

Status JsonScanner::Digits() {
  if (!AtDigit()) return Fail("a digit is expected");
  while (AtDigit()) ++at_;
  return Ok();
}

Result<std::string_view> JsonScanner::ReadNumber() {
  SkipSpace();
  const std::size_t begin = at_;
  Take('-');
  if (Take('0')) {
    if (AtDigit()) return Fail("a number has no leading zeros");
  } else {
    ARGUS_RETURN_IF_ERROR(Digits());
  }
  if (Take('.')) ARGUS_RETURN_IF_ERROR(Digits());
  if (Take('e') || Take('E')) {
    if (!Take('+')) Take('-');
    ARGUS_RETURN_IF_ERROR(Digits());
  }
  return text_.substr(begin, at_ - begin);
}

Result<std::string> JsonScanner::ReadString() {
  SkipSpace();
  const std::size_t begin = at_;
  if (!Take('"')) return Fail("a string in double quotes is expected");
  std::string out;
  while (!Take('"')) {
    const std::size_t run = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    out.append(text_, run, at_ - run);
    if (at_ == text_.size()) return FailAt(begin, "the string is not closed");
    if (At('\\')) {
      ARGUS_RETURN_IF_ERROR(AppendEscape(out));
    } else if (!At('"')) {
      return Fail("a control character must be escaped");
    }
  }
  if (!IsValidUtf8(out)) return FailAt(begin, "the string is not valid UTF-8");
  return out;
}

Status JsonScanner::AppendEscape(std::string& out) {
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  ++at_;  // the backslash
  if (At('u')) {
    ARGUS_ASSIGN(const char32_t code_point, ReadCodePoint());
    AppendUtf8(code_point, out);
    return Ok();
  }
  const auto index = at_ < text_.size() ? kNames.find(text_[at_]) : std::string_view::npos;
  if (index == std::string_view::npos) return Fail("an escape that JSON does not have");
  out += kValues[index];
  ++at_;
  return Ok();
}

Result<unsigned> JsonScanner::ReadHex4() {
  if (!Take('u')) return Fail("an escape \\uXXXX is expected");
  unsigned value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<unsigned>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<unsigned>(lower - 'a' + 10);
    } else {
      return Fail("four hex digits are expected");
    }
  }
  return value;
}

Result<char32_t> JsonScanner::ReadCodePoint() {
  ARGUS_ASSIGN(const unsigned high, ReadHex4());
  if (high < 0xD800 || high > 0xDFFF) return static_cast<char32_t>(high);
  if (high > 0xDBFF || !Take('\\')) return Fail("a lone surrogate");
  ARGUS_ASSIGN(const unsigned low, ReadHex4());
  if (low < 0xDC00 || low > 0xDFFF) return Fail("a lone surrogate");
  return static_cast<char32_t>(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
}

Status JsonScanner::Open(char bracket) {
  SkipSpace();
  if (!Take(bracket)) return Fail(fmt::format("'{}' is expected", bracket));
  if (first_.size() == kMaxDepth) return Fail(fmt::format("nested deeper than {} levels", kMaxDepth));
  first_.push_back(true);
  return Ok();
}

Result<bool> JsonScanner::NextItem(char closing) {
  SkipSpace();
  if (Take(closing)) {
    first_.pop_back();
    return false;
  }
  if (!first_.back()) {
    if (!Take(',')) return Fail(fmt::format("',' or '{}' is expected", closing));
    SkipSpace();
    if (At(closing)) return Fail("a comma with nothing after it");
  }
  first_.back() = false;
  return true;
}

Result<std::optional<std::string>> JsonScanner::NextKey() {
  ARGUS_ASSIGN(const bool more, NextItem('}'));
  if (!more) return std::optional<std::string>();
  ARGUS_ASSIGN(std::string key, ReadString());
  SkipSpace();
  if (!Take(':')) return Fail("':' is expected");
  return std::optional(std::move(key));
}

Result<bool> JsonScanner::NextElement() { return NextItem(']'); }

Status JsonScanner::Finish() {
  SkipSpace();
  if (at_ != text_.size()) return Fail("text after the end of the value");
  return Ok();
}

void AppendUtf8(char32_t c, std::string& out) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace argus::rpc
