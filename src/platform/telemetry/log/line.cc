#include "platform/telemetry/log/line.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "platform/telemetry/log/json_text.h"

namespace argus::log {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kDebug: return "DEBUG";
    case Level::kInfo: return "INFO";
    case Level::kWarn: return "WARN";
    case Level::kError: return "ERROR";
  }
  return "ERROR";
}

// "2026-05-24T08:42:11" of the second; a thread formats most of its lines within one.
std::string_view FormatSecond(std::chrono::sys_seconds second) {
  thread_local std::chrono::sys_seconds cached = std::chrono::sys_seconds::min();
  thread_local std::string text;
  if (second != cached) {
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(second - day);
    text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
    cached = second;
  }
  return text;
}

void AppendTime(std::chrono::sys_time<nanoseconds> time, std::string& out) {
  const auto second = std::chrono::floor<seconds>(time);
  out += FormatSecond(second);
  fmt::format_to(std::back_inserter(out), ".{:09}Z", (time - second).count());
}

std::size_t CharacterBoundary(std::string_view text, std::size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

void AppendBoundedString(std::string_view text, std::string& out) {
  if (text.size() <= kMaxTextBytes) return AppendJsonString(text, out);
  const std::size_t kept = CharacterBoundary(text, kMaxTextBytes);
  AppendJsonString(fmt::format("{}…[truncated, {} bytes in all]", text.substr(0, kept), text.size()), out);
}

// JSON has no infinities: they are written as the strings "inf", "-inf" and "nan".
void AppendDouble(double value, std::string& out) {
  if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(out), "{}", value);
  } else {
    fmt::format_to(std::back_inserter(out), "\"{}\"", value);
  }
}

struct JsonValue {
  std::string& out;
  void operator()(std::string_view text) const { AppendBoundedString(text, out); }
  void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(double number) const { AppendDouble(number, out); }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
};

void AppendMember(std::string_view key, const Field::Value& value, std::string& out) {
  out += ',';
  AppendJsonString(key, out);
  out += ':';
  std::visit(JsonValue{out}, value);
}

std::string Describe(const Error& error) {
  std::string text = error.message();
  for (const auto& violation : error.fields()) text += fmt::format("; {}: {}", violation.field, violation.description);
  if (!error.cause().empty()) text += fmt::format(" ({})", error.cause());
  return text;
}

// Calls `each(key, value)` for everything that follows the head of a line, in order.
template <typename Each>
void VisitMembers(const Line& line, Each each) {
  const auto unless_empty = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) each(key, Field::Value(value));
  };
  unless_empty("correlation_id", line.ctx.correlation_id);
  unless_empty("actor", line.ctx.actor);
  unless_empty("trace_id", line.ctx.trace.trace_id);
  unless_empty("span_id", line.ctx.trace.span_id);
  if (!line.ctx.trace.trace_id.empty()) unless_empty("trace_flags", line.ctx.trace.sampled ? "01" : "00");
  for (const Field& field : line.fields) each(field.key, field.value);
  if (line.error == nullptr) return;
  each("error", Field::Value(std::string_view(Describe(*line.error))));
  each("error_code", Field::Value(CodeName(line.error->code())));
  each("error_reason", Field::Value(line.error->reason().name));
}

// The path below the root of the source tree, wherever the compiler was started.
std::string_view RelativeFile(std::string_view file) {
  while (file.starts_with("../")) file.remove_prefix(3);
  return file;
}

void AppendSource(const std::source_location& where, std::string& out) {
  out += R"(,"source":{"function":)";
  AppendJsonString(ShortFunctionName(where.function_name()), out);
  out += R"(,"file":)";
  AppendJsonString(RelativeFile(where.file_name()), out);
  fmt::format_to(std::back_inserter(out), R"(,"line":{}}})", where.line());
}

bool ReadsAsOneWord(std::string_view text) {
  if (text.empty()) return false;
  for (unsigned char c : text) {
    if (c <= 0x20 || c >= 0x7F || c == '"' || c == '\\' || c == '=') return false;
  }
  return true;
}

void AppendTextValue(const Field::Value& value, std::string& out) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (text != nullptr && text->size() <= kMaxTextBytes && ReadsAsOneWord(*text)) {
    out += *text;
  } else {
    std::visit(JsonValue{out}, value);
  }
}

}  // namespace

std::string_view ShortFunctionName(std::string_view pretty) {
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < pretty.size(); ++i) {
    const char c = pretty[i];
    if (c == '<') ++depth;
    if (c == '>') --depth;
    if (depth != 0) continue;
    if (c == ' ' || c == '*' || c == '&') begin = i + 1;
    if (c == '(') {
      std::string_view name = pretty.substr(begin, i - begin);
      if (name.starts_with("argus::")) name.remove_prefix(7);
      return name;
    }
  }
  return pretty;
}

void AppendJson(const Line& line, std::string& out) {
  out += R"({"time":")";
  AppendTime(line.time, out);
  out += R"(","level":")";
  out += LevelName(line.event.level);
  out += R"(","msg":)";
  AppendBoundedString(line.event.message, out);
  AppendSource(line.where, out);
  VisitMembers(line, [&](std::string_view key, const Field::Value& value) { AppendMember(key, value, out); });
  out += "}\n";
}

void AppendText(const Line& line, std::string& out) {
  AppendTime(line.time, out);
  fmt::format_to(std::back_inserter(out), " {:<5} ", LevelName(line.event.level));
  std::string message;
  AppendBoundedString(line.event.message, message);
  out.append(message, 1, message.size() - 2);  // Escaped like a JSON string, without its quotes.
  VisitMembers(line, [&](std::string_view key, const Field::Value& value) {
    fmt::format_to(std::back_inserter(out), " {}=", key);
    AppendTextValue(value, out);
  });
  fmt::format_to(std::back_inserter(out), " ({}:{})\n", RelativeFile(line.where.file_name()), line.where.line());
}

}  // namespace argus::log
