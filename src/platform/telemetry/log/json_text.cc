#include "platform/telemetry/log/json_text.h"

#include "platform/base/encoding.h"

namespace argus::log {
namespace {

bool IsPlain(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\'; }

bool IsAscii(std::string_view text) {
  unsigned char bits = 0;
  for (unsigned char c : text) bits |= c;
  return bits < 0x80;
}

void AppendEscape(unsigned char c, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
  }
}

void AppendEscaped(std::string_view text, std::string& out) {
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsPlain(static_cast<unsigned char>(text[i]))) continue;
    out.append(text, run, i - run);
    AppendEscape(static_cast<unsigned char>(text[i]), out);
    run = i + 1;
  }
  out.append(text, run);
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  if (IsAscii(text) || IsValidUtf8(text)) {
    AppendEscaped(text, out);
  } else {
    AppendEscaped(ReplaceInvalidUtf8(text), out);
  }
  out += '"';
}

}  // namespace argus::log
