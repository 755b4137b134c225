// Structured logging: one event a line, declared once, written by a thread of its own.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <variant>

#include "platform/base/result.h"
#include "platform/runtime/context.h"

namespace argus::log {

enum class Level { kDebug, kInfo, kWarn, kError };

// Declared once per module (in its log_events.h) as an inline constexpr; `message` is what a reader searches for.
struct Event {
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

struct Options {
  bool json = false;  // --enable-json-logging: JSON Lines on the output, else readable text
  Level level = Level::kInfo;
  int fd = 1;  // Not owned.
  std::size_t queue_bytes = 8 << 20;
};

// Thread-safe. Log() never waits for the output: when the queue is full the line is dropped and counted, ERROR last.
// Everything queued is written before the destructor returns, unless the output takes nothing for two seconds.
class Logger {
 public:
  explicit Logger(Options options);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void Log(const RequestContext& ctx, const Event& event, std::initializer_list<Field> fields = {},
           std::source_location where = std::source_location::current());
  // Adds error (message and cause), error_code and error_reason.
  void Log(const RequestContext& ctx, const Event& event, const Error& error, std::initializer_list<Field> fields = {},
           std::source_location where = std::source_location::current());

  void set_level(Level level);
  Level level() const;
  // Lines that never reached the output: queue full, or a failed write.
  std::uint64_t dropped() const;
  std::uint64_t write_errors() const;
  // Returns when all lines queued before the call are written or lost, or the output takes nothing for two seconds.
  void Flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace argus::log
