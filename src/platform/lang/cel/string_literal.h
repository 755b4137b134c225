// CEL's string literals: four kinds of quotes, raw or with escapes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::cel {

struct StringLiteral {
  std::string value;
  std::size_t end;  // offset after the closing quote
};

// The literal whose opening quote is at `start` of `source`.
Result<StringLiteral> ReadStringLiteral(std::string_view source, std::size_t start, bool raw);

}  // namespace argus::cel
