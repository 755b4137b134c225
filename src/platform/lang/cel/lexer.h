// CEL's tokens (language definition, "Syntax").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace argus::cel {

// INVALID_ARGUMENT / INVALID_EXPRESSION, naming the column (one-based, in code points) of byte `offset`.
Error ErrorAt(std::string_view source, std::size_t offset, std::string_view message);

struct Token {
  enum class Kind { kEnd, kIdentifier, kInt, kDouble, kString, kSymbol };
  Kind kind;
  std::size_t offset;
  // The identifier, the operator or keyword ("&&", "in", "true"), or the decoded string.
  std::string text;
  std::uint64_t magnitude = 0;  // kInt: without sign
  double number = 0;            // kDouble

  bool Is(std::string_view symbol) const { return kind == Kind::kSymbol && text == symbol; }
};

// The tokens of well-formed UTF-8 `source`, ending in kEnd.
Result<std::vector<Token>> Tokenize(std::string_view source);

}  // namespace argus::cel
