// The OTEL_* variables that are read, each once, for the reader and for the reference.
#pragma once

#include <span>
#include <string_view>

namespace argus::trace {

struct Variable {
  std::string_view name;
  std::string_view fallback;
  std::string_view meaning;
};

// In the order of the reference.
std::span<const Variable> Variables();

}  // namespace argus::trace
