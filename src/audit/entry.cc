#include "audit/entry.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "audit/canonical_json.h"
#include "platform/base/reasons.h"

namespace argus::audit {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr std::array<std::pair<ResponseStatus, std::string_view>, 3> kStatusNames{{
    {ResponseStatus::kOk, "ok"},
    {ResponseStatus::kDenied, "denied"},
    {ResponseStatus::kError, "error"},
}};

constexpr std::array<std::pair<v1::AuditLog::Severity, std::string_view>, 4> kSeverityNames{{
    {v1::AuditLog::INFO, "info"},
    {v1::AuditLog::NOTICE, "notice"},
    {v1::AuditLog::WARNING, "warning"},
    {v1::AuditLog::CRITICAL, "critical"},
}};

template <typename Names, typename Enum>
std::string_view NameIn(const Names& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return names.front().second;
}

template <typename Enum, std::size_t N>
std::optional<Enum> ValueIn(const std::array<std::pair<Enum, std::string_view>, N>& names, std::string_view name) {
  for (const auto& [value, known] : names) {
    if (known == name) return value;
  }
  return std::nullopt;
}

// Writes the members of one object, which the caller names in sorted order.
class ObjectWriter {
 public:
  void Text(std::string_view key, std::string_view value) {
    Key(key);
    AppendCanonicalString(value, out_);
  }
  void Object(std::string_view key, const Struct& value) {
    Key(key);
    AppendCanonical(value, out_);
  }
  std::string Take() && { return std::move(out_) + "}"; }

 private:
  void Key(std::string_view key) {
    out_ += out_.empty() ? '{' : ',';
    AppendCanonicalString(key, out_);
    out_ += ':';
  }
  std::string out_;
};

Error NotCanonical(std::string cause) {
  return Error(Code::kInvalidArgument, reasons::kInvalidBody, "This is not the line of an audit entry.")
      .WithCause(std::move(cause));
}

// Reads the members of a parsed line, remembering whether one was missing or of another type.
class ObjectReader {
 public:
  explicit ObjectReader(const Struct& object) : object_(object) {}

  std::string Text(const std::string& key) {
    const Value* value = Find(key);
    ok_ &= value && value->kind_case() == Value::kStringValue;
    return ok_ ? value->string_value() : std::string();
  }
  Struct Object(const std::string& key) {
    const Value* value = Find(key);
    ok_ &= value && value->kind_case() == Value::kStructValue;
    return ok_ ? value->struct_value() : Struct();
  }
  bool ok() const { return ok_; }

 private:
  const Value* Find(const std::string& key) const {
    const auto field = object_.fields().find(key);
    return field == object_.fields().end() ? nullptr : &field->second;
  }
  const Struct& object_;
  bool ok_ = true;
};

std::optional<std::int64_t> ParseId(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

Result<Entry> FromObject(const Struct& object) {
  ObjectReader reader(object);
  Entry entry;
  entry.action = reader.Text("action");
  entry.actor = reader.Text("actor");
  entry.actor_ip = reader.Text("actor_ip");
  entry.correlation_id = reader.Text("correlation_id");
  entry.extra = reader.Object("extra");
  entry.request_payload = reader.Object("request_payload");
  entry.resource = reader.Text("resource");
  entry.resource_type = reader.Text("resource_type");
  const auto id = ParseId(reader.Text("id"));
  const auto status = ValueIn(kStatusNames, reader.Text("response_status"));
  const auto severity = ValueIn(kSeverityNames, reader.Text("severity"));
  const auto timestamp = ParseRfc3339(reader.Text("timestamp"));
  if (!reader.ok() || !id || !status || !severity || !timestamp.ok())
    return NotCanonical("a member is missing or wrong");
  entry.id = *id;
  entry.response_status = *status;
  entry.severity = *severity;
  entry.timestamp = *timestamp;
  return entry;
}

}  // namespace

std::string_view StatusName(ResponseStatus status) { return NameIn(kStatusNames, status); }
std::string_view SeverityName(v1::AuditLog::Severity severity) { return NameIn(kSeverityNames, severity); }

std::string CanonicalLine(const Entry& entry) {
  ObjectWriter writer;
  writer.Text("action", entry.action);
  writer.Text("actor", entry.actor);
  writer.Text("actor_ip", entry.actor_ip);
  writer.Text("correlation_id", entry.correlation_id);
  writer.Object("extra", entry.extra);
  writer.Text("id", std::to_string(entry.id));
  writer.Object("request_payload", entry.request_payload);
  writer.Text("resource", entry.resource);
  writer.Text("resource_type", entry.resource_type);
  writer.Text("response_status", StatusName(entry.response_status));
  writer.Text("severity", SeverityName(entry.severity));
  writer.Text("timestamp", FormatRfc3339(entry.timestamp));
  return std::move(writer).Take();
}

Result<Entry> ParseLine(std::string_view line) {
  Struct object;
  const auto status = google::protobuf::util::JsonStringToMessage({line.data(), line.size()}, &object);
  if (!status.ok()) return NotCanonical(status.ToString());
  ARGUS_ASSIGN(Entry entry, FromObject(object));
  // The parser is lenient; only the exact bytes are the line of this entry.
  if (CanonicalLine(entry) != line) return NotCanonical("the line is not in canonical form");
  return entry;
}

v1::AuditLog ToMessage(const Entry& entry) {
  v1::AuditLog message;
  message.set_name("auditLogs/" + std::to_string(entry.id));
  *message.mutable_timestamp() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(entry.timestamp));
  message.set_actor(entry.actor);
  message.set_actor_ip(entry.actor_ip);
  message.set_action(entry.action);
  message.set_resource(entry.resource);
  message.set_resource_type(entry.resource_type);
  message.set_severity(entry.severity);
  *message.mutable_request_payload() = entry.request_payload;
  message.set_response_status(std::string(StatusName(entry.response_status)));
  message.set_correlation_id(entry.correlation_id);
  *message.mutable_extra() = entry.extra;
  return message;
}

}  // namespace argus::audit
