// What can be logged: levels, events and fields.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace argus::log {

enum class Level { kDebug, kInfo, kWarn, kError };
inline constexpr std::size_t kLevels = 4;

// "DEBUG", "INFO", "WARN", "ERROR".
constexpr std::string_view LevelName(Level level) {
  constexpr std::string_view kNames[kLevels] = {"DEBUG", "INFO", "WARN", "ERROR"};
  return kNames[static_cast<std::size_t>(level)];
}

// Declared once per module (in its log_events.h) as an inline constexpr; `message` is what a reader searches for. Made of
// literals, which the compiler checks: what varies belongs into fields.
struct Event {
  consteval Event(Level l, std::string_view m, std::string_view h) : level(l), message(m), help(h) {}

  Level level;
  std::string_view message;
  std::string_view help;
};

// One key of a line. Keys are lower_snake_case literals. Values are copied when the line is queued.
struct Field {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;
  std::string_view key;
  Value value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <std::integral T>
  Field(std::string_view k, T v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

}  // namespace argus::log
