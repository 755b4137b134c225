// A strict pull reader of JSON (RFC 8259): the caller says what it expects next. Refuses what the grammar refuses
// (comments, single quotes, trailing commas, control characters, lone surrogates, invalid UTF-8, trailing text) and
// nesting deeper than kMaxDepth. Every error is INVALID_JSON with line and column.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace argus::rpc {

enum class JsonType { kNull, kBool, kNumber, kString, kArray, kObject };
std::string_view JsonTypeName(JsonType type);  // "a number"

// `text` must outlive the scanner. After an error the scanner is of no further use.
class JsonScanner {
 public:
  static constexpr std::size_t kMaxDepth = 64;

  explicit JsonScanner(std::string_view text) : text_(text) {}

  // The type of the value that comes next, judged by its first character.
  Result<JsonType> Peek();
  Status ReadNull() { return ReadLiteral("null"); }
  Result<bool> ReadBool();
  // The number as written.
  Result<std::string_view> ReadNumber();
  Result<std::string> ReadString();

  // BeginObject, then NextKey until it gives nullopt, reading one value after each key; arrays likewise.
  Status BeginObject() { return Open('{'); }
  Result<std::optional<std::string>> NextKey();
  Status BeginArray() { return Open('['); }
  Result<bool> NextElement();

  // Nothing but white space may be left.
  Status Finish();

  // "line 3, column 14: <what>", at the current place.
  Error Fail(std::string_view what) const { return FailAt(at_, what); }

 private:
  Error FailAt(std::size_t at, std::string_view what) const;
  void SkipSpace();
  bool At(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool AtDigit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
  bool Take(char c);
  Status ReadLiteral(std::string_view literal);
  Status Digits();
  Status Open(char bracket);
  Result<bool> NextItem(char closing);
  Status AppendEscape(std::string& out);
  Result<unsigned> ReadHex4();
  Result<char32_t> ReadCodePoint();

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<bool> first_;  // one an open container: nothing read in it yet
};

// Appends `code_point` as UTF-8.
void AppendUtf8(char32_t code_point, std::string& out);

}  // namespace argus::rpc
