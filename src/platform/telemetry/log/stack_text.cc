#include "platform/telemetry/log/stack_text.h"

#include <charconv>
#include <cstring>

#include "platform/telemetry/log/line.h"
#include "platform/telemetry/symbols/function_name.h"
#include "platform/telemetry/symbols/symbolizer.h"

// Made by the linker: where this program begins and where its code ends.
extern "C" {
extern const char __ehdr_start;
extern const char etext;
}

namespace argus::log {
namespace {

constexpr std::string_view kIndent = "\n    at ";

bool IsNoise(const symbols::Location& location, bool at_top) {
  return location.file.starts_with("/usr/include/") || (at_top && location.function.starts_with("argus::Error::"));
}

void Append(const symbols::Location& location, std::string& out) {
  out += kIndent;
  out += symbols::DottedName(location.function);
  if (location.file.empty()) return;
  out += " (";
  out += SourceFile(location.file);
  out += ':';
  out += std::to_string(location.line);
  out += ')';
}

}  // namespace

std::string StackText(std::span<const std::uintptr_t> return_addresses) {
  std::string text;
  for (const std::uintptr_t address : return_addresses) {
    for (const auto& location : symbols::Symbolizer::OfProcess().Frames(address - 1)) {
      if (!IsNoise(location, text.empty())) Append(location, text);
    }
  }
  return text;
}

std::string_view RawStackText(std::span<const std::uintptr_t> return_addresses, std::span<char> into) {
  constexpr std::size_t kLongest = 48;
  const auto begin = reinterpret_cast<std::uintptr_t>(&__ehdr_start);
  const auto end = reinterpret_cast<std::uintptr_t>(&etext);
  char* to = into.data();
  char* const last = into.data() + into.size();
  for (const std::uintptr_t address : return_addresses) {
    if (static_cast<std::size_t>(last - to) < kLongest) break;
    const bool own = address >= begin && address < end;
    const std::string_view prefix = own ? "argus+0x" : "0x";
    to = static_cast<char*>(std::memcpy(to, kIndent.data(), kIndent.size())) + kIndent.size();
    to = static_cast<char*>(std::memcpy(to, prefix.data(), prefix.size())) + prefix.size();
    to = std::to_chars(to, last, own ? address - begin : address, 16).ptr;
  }
  return {into.data(), static_cast<std::size_t>(to - into.data())};
}

}  // namespace argus::log
