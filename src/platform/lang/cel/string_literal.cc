#include "platform/lang/cel/string_literal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "platform/lang/cel/lexer.h"

namespace argus::cel {
namespace {

void AppendUtf8(std::uint32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool IsScalarValue(std::uint32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

// What stands for itself or for one control character after a backslash; 0: nothing.
char SimpleEscape(char c) {
  static constexpr std::string_view kNames = "abfnrtv\\?\"'`";
  static constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\?\"'`";
  const std::size_t at = kNames.find(c);
  return at == std::string_view::npos ? '\0' : kValues[at];
}

// The form of a numeric escape that begins with `c`.
struct NumericEscape {
  int skip;  // the letter, if any
  int digits;
  int base;
};

std::optional<NumericEscape> NumericForm(char c) {
  switch (c) {
    case 'x':
    case 'X': return NumericEscape{1, 2, 16};
    case 'u': return NumericEscape{1, 4, 16};
    case 'U': return NumericEscape{1, 8, 16};
    case '0':
    case '1':
    case '2':
    case '3': return NumericEscape{0, 3, 8};
    default: return std::nullopt;
  }
}

class Reader {
 public:
  Reader(std::string_view source, std::size_t start, bool raw) : source_(source), start_(start), at_(start), raw_(raw) {}

  Result<StringLiteral> Read() {
    const std::string_view quote = OpeningQuote();
    at_ += quote.size();
    StringLiteral literal;
    while (!source_.substr(at_).starts_with(quote)) {
      if (at_ >= source_.size() || (quote.size() == 1 && source_[at_] == '\n')) {
        return ErrorAt(source_, start_, "string is not closed");
      }
      if (source_[at_] == '\\' && !raw_) {
        ARGUS_RETURN_IF_ERROR(ReadEscape(literal.value));
      } else {
        literal.value += source_[at_++];
      }
    }
    literal.end = at_ + quote.size();
    return literal;
  }

 private:
  std::string_view OpeningQuote() const {
    const std::string_view triple = source_.substr(start_, 3);
    const bool is_triple = triple == R"(""")" || triple == "'''";
    return is_triple ? triple : source_.substr(start_, 1);
  }

  Status ReadEscape(std::string& out) {
    const char c = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
    if (const char simple = SimpleEscape(c); simple != '\0') {
      out += simple;
      at_ += 2;
      return Ok();
    }
    const auto form = NumericForm(c);
    if (!form) return ErrorAt(source_, at_, "unknown escape in a string");
    return ReadNumeric(*form, out);
  }

  Status ReadNumeric(const NumericEscape& form, std::string& out) {
    const std::string_view digits = source_.substr(std::min(at_ + 1 + form.skip, source_.size()), form.digits);
    std::uint32_t value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, form.base);
    if (failure != std::errc() || end != digits.data() + form.digits || !IsScalarValue(value)) {
      return ErrorAt(source_, at_, "malformed escape in a string");
    }
    AppendUtf8(value, out);
    at_ += 1 + form.skip + form.digits;
    return Ok();
  }

  const std::string_view source_;
  const std::size_t start_;
  std::size_t at_;
  const bool raw_;
};

}  // namespace

Result<StringLiteral> ReadStringLiteral(std::string_view source, std::size_t start, bool raw) {
  return Reader(source, start, raw).Read();
}

}  // namespace argus::cel
