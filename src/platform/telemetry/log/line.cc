#include "platform/telemetry/log/line.h"

#include <fmt/format.h>

#include <cstring>

#include "platform/base/encoding.h"

namespace argus::log {
namespace {

constexpr std::size_t kSecondSize = sizeof("2026-05-24T08:42:11") - 1;

char* PutTwo(unsigned number, char* to) {
  to[0] = static_cast<char>('0' + number / 10);
  to[1] = static_cast<char>('0' + number % 10);
  return to + 2;
}

void FormatSecond(std::chrono::sys_seconds second, char* to) {
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(second - day);
  const auto put = [&to](auto number, char after) {
    to = PutTwo(static_cast<unsigned>(number), to);
    *to++ = after;
  };
  const unsigned year = static_cast<unsigned>(static_cast<int>(date.year()));
  to = PutTwo(year / 100 % 100, to);
  put(year % 100, '-');
  put(static_cast<unsigned>(date.month()), '-');
  put(static_cast<unsigned>(date.day()), 'T');
  put(time.hours().count(), ':');
  put(time.minutes().count(), ':');
  PutTwo(static_cast<unsigned>(time.seconds().count()), to);
}

// A thread says most of its lines within one second of another.
const char* CachedSecond(std::chrono::sys_seconds second) {
  static thread_local constinit std::chrono::sys_seconds cached{};
  static thread_local constinit char text[kSecondSize + 1] = "1970-01-01T00:00:00";
  if (second != cached) {
    FormatSecond(second, text);
    cached = second;
  }
  return text;
}

std::size_t CharacterBoundary(std::string_view text, std::size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

}  // namespace

void AppendTime(NanoTime time, Buffer& out) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  auto nanos = static_cast<std::uint32_t>((time - second).count());
  char* to = out.Room(kSecondSize + 11);
  std::memcpy(to, CachedSecond(second), kSecondSize);
  to += kSecondSize;
  *to++ = '.';
  const std::uint32_t high = nanos / 100'000;  // four digits, then five
  const std::uint32_t low = nanos % 100'000;
  to = PutTwo(high / 100, to);
  to = PutTwo(high % 100, to);
  *to++ = static_cast<char>('0' + low / 10'000);
  to = PutTwo(low / 100 % 100, to);
  to = PutTwo(low % 100, to);
  *to = 'Z';
  out.Took(kSecondSize + 11);
}

std::string_view SourceFile(std::string_view path) {
  while (path.starts_with("../")) path.remove_prefix(3);
  if (path.starts_with("src/")) path.remove_prefix(4);
  return path;
}

std::string Describe(const Error& error) {
  std::string text = error.message();
  for (const auto& violation : error.fields()) text += fmt::format("; {}: {}", violation.field, violation.description);
  if (!error.cause().empty()) text += fmt::format(" ({})", error.cause());
  if (text.size() > kMaxTextBytes) text = Shortened(text);
  return IsValidUtf8(text) ? text : ReplaceInvalidUtf8(text);
}

std::string Shortened(std::string_view text) {
  const std::size_t kept = CharacterBoundary(text, kMaxTextBytes);
  return fmt::format("{}…[truncated, {} bytes in all]", text.substr(0, kept), text.size());
}

}  // namespace argus::log
