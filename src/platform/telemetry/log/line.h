// One log line as bytes: JSON Lines (RFC 8259) or readable text. Pure.
#pragma once

#include <chrono>
#include <source_location>
#include <span>
#include <string>

#include "platform/telemetry/log/logger.h"

namespace argus::log {

// A text value longer than this many bytes is cut at a character and marked.
inline constexpr std::size_t kMaxTextBytes = 256 << 10;

// What a line says. Borrows everything; lives for one call.
struct Line {
  std::chrono::sys_time<std::chrono::nanoseconds> time;
  const Event& event;
  const RequestContext& ctx;
  const Error* error;  // null: none
  std::span<const Field> fields;
  const std::source_location& where;
};

// Append exactly one line with its '\n'; whatever the values hold, no other newline and no ill-formed UTF-8 is written.
void AppendJson(const Line& line, std::string& out);
void AppendText(const Line& line, std::string& out);

// "argus::Status argus::runner::Loop::Run(int)" -> "runner::Loop::Run".
std::string_view ShortFunctionName(std::string_view pretty);

}  // namespace argus::log
