#include <cmath>
#include <cstring>

#include "platform/telemetry/log/format.h"
#include "platform/telemetry/log/json_text.h"
#include "platform/telemetry/symbols/function_name.h"

namespace argus::log {
namespace {

CallSite MakeSite(const Event& event, const std::source_location& where) {
  Buffer out;
  out.Put(R"(","level":")");
  out.Put(LevelName(event.level));
  out.Put(R"(","msg":)");
  WithinBounds(event.message, [&](std::string_view text) { AppendJsonString(text, out); });
  out.Put(R"(,"source":{"function":)");
  AppendJsonString(symbols::DottedName(where.function_name()), out);
  out.Put(R"(,"file":)");
  AppendJsonString(SourceFile(where.file_name()), out);
  out.Put(R"(,"line":)");
  out.PutNumber(std::int64_t{where.line()});
  out.Put('}');
  return {std::string(out.view()), {}};
}

void PutKey(std::string_view key, Buffer& out) {
  char* to = out.Room(key.size() + 4);
  *to++ = ',';
  *to++ = '"';
  std::memcpy(to, key.data(), key.size());
  to += key.size();
  *to++ = '"';
  *to++ = ':';
  out.Took(key.size() + 4);
}

struct PutValue {
  Buffer& out;
  void operator()(std::string_view text) const {
    WithinBounds(text, [this](std::string_view shown) { AppendJsonString(shown, out); });
  }
  void operator()(std::int64_t number) const { out.PutNumber(number); }
  // JSON has no infinities: they are written as the strings "inf", "-inf" and "nan".
  void operator()(double number) const {
    if (std::isfinite(number)) return out.PutNumber(number);
    out.Put('"');
    out.PutNumber(number);
    out.Put('"');
  }
  void operator()(bool truth) const { out.Put(truth ? "true" : "false"); }
};

Record Encode(const Line& line, const CallSite& site, Buffer& out) {
  out.Put(R"({"time":")");
  AppendTime(line.time, out);
  out.Put(site.head);
  VisitMembers(line, out, [&](std::string_view key, const Field::Value& value) {
    PutKey(key, out);
    std::visit(PutValue{out}, value);
  });
  return PutEnd(line, out, [&](const Error* error) {
    if (error != nullptr) {
      PutKey("error_code", out);
      AppendJsonString(CodeName(error->code()), out);
      PutKey("error_reason", out);
      AppendJsonString(error->reason().name, out);
    }
    out.Put("}\n");
  });
}

void Finish(const Record& record, std::string_view stack, Buffer& out) {
  out.Put(record.head);
  if (!record.error.empty() || !stack.empty()) {
    PutKey("error", out);
    out.Put('"');
    AppendEscaped(record.error, out);
    AppendEscaped(stack, out);
    out.Put('"');
  }
  out.Put(record.tail);
}

}  // namespace

const Format kJsonFormat{MakeSite, Encode, Finish};

}  // namespace argus::log
