// https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
#include <bit>
#include <cstring>
#include <variant>

#include "platform/telemetry/log/format.h"
#include "platform/telemetry/log/json_text.h"
#include "platform/telemetry/symbols/function_name.h"

namespace argus::log {
namespace {

// Of syslog.
char PriorityOf(Level level) {
  switch (level) {
    case Level::kDebug: return '7';
    case Level::kInfo: return '6';
    case Level::kWarn: return '4';
    case Level::kError: return '3';
  }
  return '3';
}

void PutSize(std::uint64_t size, Buffer& out) {
  for (int i = 0; i < 8; ++i) out.Put(static_cast<char>(size >> 8 * i));
}

// A value with line ends is told by its length.
void PutText(std::string_view text, Buffer& out) {
  if (text.find('\n') == text.npos) {
    out.Put('=');
    AppendUtf8(text, out);
  } else {
    Buffer whole;
    AppendUtf8(text, whole);
    out.Put('\n');
    PutSize(whole.size(), out);
    out.Put(whole.view());
  }
  out.Put('\n');
}

void PutField(std::string_view name, std::string_view text, Buffer& out) {
  out.Put(name);
  PutText(text, out);
}

// Names are upper case; a leading underscore would be journald's own.
void PutName(std::string_view key, Buffer& out) {
  for (const char c : key) out.Put(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
}

struct PutValue {
  Buffer& out;
  void operator()(std::string_view text) const {
    WithinBounds(text, [this](std::string_view shown) { PutText(shown, out); });
  }
  void operator()(std::int64_t number) const { Plain(number); }
  void operator()(double number) const { Plain(number); }
  void operator()(bool truth) const { PutText(truth ? "true" : "false", out); }

 private:
  template <typename Number>
  void Plain(Number number) const {
    out.Put('=');
    out.PutNumber(number);
    out.Put('\n');
  }
};

CallSite MakeSite(const Event& event, const std::source_location& where) {
  Buffer out;
  WithinBounds(event.message, [&](std::string_view text) { PutField("MESSAGE", text, out); });
  PutField("PRIORITY", std::string(1, PriorityOf(event.level)), out);
  PutField("LEVEL", LevelName(event.level), out);
  PutField("SYSLOG_IDENTIFIER", "argus", out);
  PutField("CODE_FILE", SourceFile(where.file_name()), out);
  PutField("CODE_LINE", std::to_string(where.line()), out);
  PutField("CODE_FUNC", symbols::DottedName(where.function_name()), out);
  return {std::string(out.view()), {}};
}

Record Encode(const Line& line, const CallSite& site, Buffer& out) {
  out.Put(site.head);
  out.Put("TIME=");
  AppendTime(line.time, out);
  out.Put('\n');
  VisitMembers(line, out, [&](std::string_view key, const Field::Value& value) {
    PutName(key, out);
    std::visit(PutValue{out}, value);
  });
  return PutEnd(line, out, [&](const Error* error) {
    if (error == nullptr) return;
    PutField("ERROR_CODE", CodeName(error->code()), out);
    PutField("ERROR_REASON", error->reason().name, out);
  });
}

void Finish(const Record& record, std::string_view stack, Buffer& out) {
  out.Put(record.head);
  if (!record.error.empty() || !stack.empty()) {
    out.Put("ERROR\n");
    PutSize(record.error.size() + stack.size(), out);
    out.Put(record.error);
    out.Put(stack);
    out.Put('\n');
  }
  out.Put(record.tail);
}

}  // namespace

const Format kJournalFormat{MakeSite, Encode, Finish};

}  // namespace argus::log
