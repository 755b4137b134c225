#include "platform/telemetry/log/json_text.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "platform/base/encoding.h"

namespace argus::log {
namespace {

using Word = std::uint64_t;

constexpr Word kEach = 0x0101010101010101;
constexpr Word kHigh = 0x8080808080808080;

constexpr Word Zeros(Word word) { return (word - kEach) & ~word & kHigh; }

// Which of eight bytes are not printable ASCII or need an escape: the high bit of the first such byte is set, those below
// are not.
constexpr Word Special(Word word) {
  const Word control = (word - 0x20 * kEach) & ~word & kHigh;
  return control | Zeros(word ^ '"' * kEach) | Zeros(word ^ '\\' * kEach) | (word & kHigh);
}

Word Load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

bool IsPlain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

// Copies to `to` while bytes are plain, up to eight more than that; gives the number of plain bytes.
std::size_t CopyPlain(std::string_view text, char* to) {
  std::size_t at = 0;
  for (; at + sizeof(Word) <= text.size(); at += sizeof(Word)) {
    std::memcpy(to + at, text.data() + at, sizeof(Word));
    if (const Word special = Special(Load(text.data() + at))) return at + std::countr_zero(special) / 8;
  }
  for (; at < text.size() && IsPlain(static_cast<unsigned char>(text[at])); ++at) to[at] = text[at];
  return at;
}

void AppendEscape(unsigned char c, Buffer& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '"': return out.Put("\\\"");
    case '\\': return out.Put("\\\\");
    case '\n': return out.Put("\\n");
    case '\r': return out.Put("\\r");
    case '\t': return out.Put("\\t");
    default:
      out.Put("\\u00");
      out.Put(kDigits[c >> 4]);
      out.Put(kDigits[c & 15]);
  }
}

// Well-formed UTF-8.
void AppendWellFormed(std::string_view text, Buffer& out) {
  while (!text.empty()) {
    const std::size_t plain = CopyPlain(text, out.Room(text.size() + sizeof(Word)));
    out.Took(plain);
    text.remove_prefix(plain);
    for (; !text.empty() && static_cast<unsigned char>(text[0]) >= 0x80; text.remove_prefix(1)) out.Put(text[0]);
    if (text.empty() || IsPlain(static_cast<unsigned char>(text[0]))) continue;
    AppendEscape(static_cast<unsigned char>(text[0]), out);
    text.remove_prefix(1);
  }
}

}  // namespace

void AppendEscaped(std::string_view text, Buffer& out) {
  const std::size_t plain = CopyPlain(text, out.Room(text.size() + sizeof(Word)));
  out.Took(plain);
  if (plain == text.size()) return;
  text.remove_prefix(plain);
  IsValidUtf8(text) ? AppendWellFormed(text, out) : AppendWellFormed(ReplaceInvalidUtf8(text), out);
}

void AppendJsonString(std::string_view text, Buffer& out) {
  out.Put('"');
  AppendEscaped(text, out);
  out.Put('"');
}

void AppendUtf8(std::string_view text, Buffer& out) {
  if (IsValidUtf8(text)) return out.Put(text);
  out.Put(ReplaceInvalidUtf8(text));
}

}  // namespace argus::log
