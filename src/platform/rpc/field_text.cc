#include "platform/rpc/field_text.h"

#include <fmt/format.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "platform/base/clock.h"
#include "platform/base/encoding.h"
#include "platform/base/reasons.h"

namespace argus::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMaxPathDepth = 16;

// From a field's C++ type to Set/Add of reflection.
#define ARGUS_PUT(kind, value)                                                    \
  (field->is_repeated() ? message.GetReflection()->Add##kind(&message, field, value) \
                        : message.GetReflection()->Set##kind(&message, field, value))

template <typename T>
std::optional<T> ParseWhole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// "12", and also "1.2e1", which JSON numbers may be written as.
template <typename T>
std::optional<T> ParseInteger(std::string_view text) {
  if (const auto value = ParseWhole<T>(text)) return value;
  const auto real = ParseWhole<double>(text);
  if (!real || std::trunc(*real) != *real || text.find_first_of(".eE") == std::string_view::npos) return std::nullopt;
  // The upper bound is a power of two, hence exact; max() itself is not.
  const double limit = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (*real >= limit || *real < (std::is_signed_v<T> ? -limit : 0.0)) return std::nullopt;
  return static_cast<T>(*real);
}

std::optional<double> ParseReal(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  const auto value = ParseWhole<double>(text);
  // from_chars takes "inf" and "nan" as well, which JSON does not have.
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<float> ParseFloat(std::string_view text) {
  const auto value = ParseReal(text);
  if (!value || (std::isfinite(*value) && std::fabs(*value) > std::numeric_limits<float>::max())) return std::nullopt;
  return static_cast<float>(*value);
}

std::optional<bool> ParseBool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<std::string> ParseBytes(std::string_view text) {
  if (text.find_first_of("-_") == std::string_view::npos) return Base64Decode(text);
  while (text.ends_with('=')) text.remove_suffix(1);
  return Base64UrlDecode(text);
}

std::optional<int> ParseEnum(const FieldDescriptor* field, std::string_view text) {
  const auto* type = field->enum_type();
  if (const auto* value = type->FindValueByName(std::string(text))) return value->number();
  const auto number = ParseInteger<std::int32_t>(text);
  if (number && type->FindValueByNumber(*number)) return *number;
  return std::nullopt;
}

std::string_view Expected(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: return "must be a 32-bit integer";
    case FieldDescriptor::CPPTYPE_UINT32: return "must be a non-negative 32-bit integer";
    case FieldDescriptor::CPPTYPE_INT64: return "must be a 64-bit integer";
    case FieldDescriptor::CPPTYPE_UINT64: return "must be a non-negative 64-bit integer";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: return "must be a number in range";
    case FieldDescriptor::CPPTYPE_BOOL: return "must be true or false";
    case FieldDescriptor::CPPTYPE_ENUM: return "is not a value of this enumeration";
    case FieldDescriptor::CPPTYPE_STRING:
      return field->type() == FieldDescriptor::TYPE_BYTES ? "must be base64" : "must be valid UTF-8";
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  return "cannot be given as one value";
}

// False when the text is no value of the field's type.
bool Put(Message& message, const FieldDescriptor* field, std::string_view text) {
#define ARGUS_PUT_PARSED(kind, parsed)    \
  {                                       \
    auto value = parsed;                  \
    if (value) ARGUS_PUT(kind, *value);   \
    return value.has_value();             \
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: ARGUS_PUT_PARSED(Int32, ParseInteger<std::int32_t>(text));
    case FieldDescriptor::CPPTYPE_UINT32: ARGUS_PUT_PARSED(UInt32, ParseInteger<std::uint32_t>(text));
    case FieldDescriptor::CPPTYPE_INT64: ARGUS_PUT_PARSED(Int64, ParseInteger<std::int64_t>(text));
    case FieldDescriptor::CPPTYPE_UINT64: ARGUS_PUT_PARSED(UInt64, ParseInteger<std::uint64_t>(text));
    case FieldDescriptor::CPPTYPE_DOUBLE: ARGUS_PUT_PARSED(Double, ParseReal(text));
    case FieldDescriptor::CPPTYPE_FLOAT: ARGUS_PUT_PARSED(Float, ParseFloat(text));
    case FieldDescriptor::CPPTYPE_BOOL: ARGUS_PUT_PARSED(Bool, ParseBool(text));
    case FieldDescriptor::CPPTYPE_ENUM: ARGUS_PUT_PARSED(EnumValue, ParseEnum(field, text));
    case FieldDescriptor::CPPTYPE_STRING: break;
    case FieldDescriptor::CPPTYPE_MESSAGE: return false;
  }
#undef ARGUS_PUT_PARSED
  std::optional<std::string> value(text);
  if (field->type() == FieldDescriptor::TYPE_BYTES) {
    value = ParseBytes(text);
  } else if (!IsValidUtf8(text)) {
    value.reset();
  }
  if (value) ARGUS_PUT(String, *std::move(value));
  return value.has_value();
}

bool FillTimestamp(Message& message, std::string_view text) {
  const auto time = ParseRfc3339(text);
  if (!time.ok()) return false;
  constexpr std::int64_t kFirst = -62135596800, kLast = 253402300799;  // 0001-01-01 and 9999-12-31T23:59:59
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
  auto& out = static_cast<google::protobuf::Timestamp&>(message);
  out.set_seconds(seconds.time_since_epoch().count());
  out.set_nanos(static_cast<int>(std::chrono::nanoseconds(*time - seconds).count()));
  return out.seconds() >= kFirst && out.seconds() <= kLast;
}

// "[-]digits[.digits]s", at most nine fraction digits.
bool FillDuration(Message& message, std::string_view text) {
  const bool negative = text.starts_with('-');
  if (!text.ends_with('s')) return false;
  text = text.substr(negative, text.size() - 1 - negative);
  const auto dot = text.find('.');
  const auto seconds = ParseWhole<std::uint64_t>(text.substr(0, dot));
  std::string fraction(dot == std::string_view::npos ? "0" : text.substr(dot + 1));
  if (fraction.empty() || fraction.size() > 9) return false;
  fraction.resize(9, '0');
  const auto nanos = ParseWhole<std::uint32_t>(fraction);
  if (!seconds || !nanos || *seconds > 315'576'000'000) return false;
  auto& out = static_cast<google::protobuf::Duration&>(message);
  out.set_seconds(negative ? -static_cast<std::int64_t>(*seconds) : static_cast<std::int64_t>(*seconds));
  out.set_nanos(negative ? -static_cast<int>(*nanos) : static_cast<int>(*nanos));
  return true;
}

std::string ToSnakeCase(std::string_view camel) {
  std::string out;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z') out += '_';
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return out;
}

bool FillFieldMask(Message& message, std::string_view text) {
  auto& mask = static_cast<google::protobuf::FieldMask&>(message);
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto path = text.substr(0, comma);
    if (path.empty() || !IsValidUtf8(path) || comma + 1 == text.size()) return false;
    mask.add_paths(ToSnakeCase(path));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return true;
}

}  // namespace

Error InvalidField(std::string path, std::string_view description) {
  auto message = path.empty() ? fmt::format("the body {}", description) : fmt::format("{} {}", path, description);
  return Error(Code::kInvalidArgument, reasons::kInvalidField, std::move(message))
      .WithField(std::move(path), std::string(description));
}

Error UnknownField(std::string path) {
  return Error(Code::kInvalidArgument, reasons::kUnknownField, fmt::format("there is no field {}", path))
      .WithField(path, "unknown field");
}

const FieldDescriptor* FindField(const Descriptor* type, std::string_view name) {
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->json_name() == name || type->field(i)->name() == name) return type->field(i);
  }
  return nullptr;
}

ResolvedPath ResolvePath(const Descriptor* type, std::string_view path) {
  ResolvedPath out{"", nullptr};
  while (!path.empty()) {
    const auto dot = path.find('.');
    out.field = type ? FindField(type, path.substr(0, dot)) : nullptr;
    if (!out.canonical.empty()) out.canonical += '.';
    if (!out.field) return {out.canonical + ReplaceInvalidUtf8(path), nullptr};
    out.canonical += out.field->json_name();
    type = out.field->message_type();
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return out;
}

Status SetScalar(Message& message, const FieldDescriptor* field, std::string_view text, const std::string& path) {
  if (!Put(message, field, text)) return InvalidField(path, Expected(field));
  return Ok();
}

void SetBool(Message& message, const FieldDescriptor* field, bool value) { ARGUS_PUT(Bool, value); }

bool IsTextual(const Descriptor* type) {
  return type->well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP ||
         type->well_known_type() == Descriptor::WELLKNOWNTYPE_DURATION ||
         type->well_known_type() == Descriptor::WELLKNOWNTYPE_FIELDMASK;
}

bool IsWrapper(const Descriptor* type) {
  return type->well_known_type() >= Descriptor::WELLKNOWNTYPE_DOUBLEVALUE &&
         type->well_known_type() <= Descriptor::WELLKNOWNTYPE_BOOLVALUE;
}

Status SetTextual(Message& message, std::string_view text, const std::string& path) {
  switch (message.GetDescriptor()->well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      if (FillTimestamp(message, text)) return Ok();
      return InvalidField(path, "must be an RFC 3339 time such as 2026-05-24T08:42:11Z");
    case Descriptor::WELLKNOWNTYPE_DURATION:
      if (FillDuration(message, text)) return Ok();
      return InvalidField(path, "must be a duration such as 1.5s");
    default:
      if (FillFieldMask(message, text)) return Ok();
      return InvalidField(path, "must be field paths separated by commas");
  }
}

Status BindText(Message& root, std::string_view field_path, std::string_view text) {
  Message* message = &root;
  std::string path;
  for (int depth = 0;; ++depth) {
    if (depth == kMaxPathDepth) return InvalidField(path, "is nested too deeply");
    const auto dot = field_path.find('.');
    const auto name = field_path.substr(0, dot);
    const auto* field = FindField(message->GetDescriptor(), name);
    path += (path.empty() ? "" : ".") + (field ? field->json_name() : ReplaceInvalidUtf8(name));
    if (!field) return UnknownField(path);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      if (dot != std::string_view::npos) return UnknownField(path + std::string(field_path.substr(dot)));
      return SetScalar(*message, field, text, path);
    }
    if (field->is_repeated()) return InvalidField(path, "cannot be given in a query");
    message = message->GetReflection()->MutableMessage(message, field);
    if (dot == std::string_view::npos) {
      if (IsTextual(message->GetDescriptor())) return SetTextual(*message, text, path);
      if (IsWrapper(message->GetDescriptor())) return SetScalar(*message, message->GetDescriptor()->field(0), text, path);
      return InvalidField(path, "cannot be given as one value");
    }
    field_path.remove_prefix(dot + 1);
  }
}

}  // namespace argus::rpc
