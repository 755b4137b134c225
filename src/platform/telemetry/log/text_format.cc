#include <algorithm>
#include <variant>

#include "platform/telemetry/log/format.h"
#include "platform/telemetry/log/json_text.h"

namespace argus::log {
namespace {

CallSite MakeSite(const Event& event, const std::source_location& where) {
  Buffer head;
  head.Put(' ');
  head.Put(LevelName(event.level));
  head.Put(std::string_view("  ", 6 - LevelName(event.level).size()));
  WithinBounds(event.message, [&](std::string_view text) { AppendEscaped(text, head); });
  Buffer tail;
  tail.Put(" (");
  AppendEscaped(SourceFile(where.file_name()), tail);
  tail.Put(':');
  tail.PutNumber(std::int64_t{where.line()});
  tail.Put(")\n");
  return {std::string(head.view()), std::string(tail.view())};
}

bool ReadsAsOneWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '=';
  });
}

struct PutValue {
  Buffer& out;
  void operator()(std::string_view text) const {
    if (text.size() <= kMaxTextBytes && ReadsAsOneWord(text)) return out.Put(text);
    WithinBounds(text, [this](std::string_view shown) { AppendJsonString(shown, out); });
  }
  void operator()(std::int64_t number) const { out.PutNumber(number); }
  void operator()(double number) const { out.PutNumber(number); }
  void operator()(bool truth) const { out.Put(truth ? "true" : "false"); }
};

void PutMember(std::string_view key, const Field::Value& value, Buffer& out) {
  out.Put(' ');
  out.Put(key);
  out.Put('=');
  std::visit(PutValue{out}, value);
}

Record Encode(const Line& line, const CallSite& site, Buffer& out) {
  AppendTime(line.time, out);
  out.Put(site.head);
  VisitMembers(line, out, [&](std::string_view key, const Field::Value& value) { PutMember(key, value, out); });
  return PutEnd(line, out, [&](const Error* error) {
    if (error != nullptr) {
      PutMember("error_code", CodeName(error->code()), out);
      PutMember("error_reason", error->reason().name, out);
    }
    out.Put(site.tail);
  });
}

void Finish(const Record& record, std::string_view stack, Buffer& out) {
  out.Put(record.head);
  if (!record.error.empty()) PutMember("error", record.error, out);
  out.Put(record.tail);
  if (stack.empty()) return;
  out.Put(stack.substr(1));
  out.Put('\n');
}

}  // namespace

const Format kTextFormat{MakeSite, Encode, Finish};

}  // namespace argus::log
