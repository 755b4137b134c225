#include "platform/rpc/json_writer.h"

#include <fmt/format.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>

#include <cmath>
#include <iterator>
#include <memory>

#include "platform/base/encoding.h"
#include "platform/rpc/field_text.h"

namespace argus::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::TimeUtil;

constexpr int kSingle = -1;  // the index of a field that is not repeated

template <typename Number>
void WriteReal(Number value, std::string& out) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);  // shortest that reads back the same
  }
}

std::string ToCamelCase(std::string_view snake) {
  std::string out;
  bool up = false;
  for (const char c : snake) {
    if (c == '_') {
      up = true;
    } else {
      out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
      up = false;
    }
  }
  return out;
}

void WriteFieldMask(const google::protobuf::FieldMask& mask, std::string& out) {
  std::string text;
  for (const auto& path : mask.paths()) {
    if (!text.empty()) text += ',';
    text += ToCamelCase(path);
  }
  WriteJsonString(text, out);
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void Write(const Message& message);

 private:
  void WriteFields(const Message& message, bool first);
  void WriteField(const Message& message, const FieldDescriptor* field);
  void WriteArray(const Message& message, const FieldDescriptor* field);
  void WriteMap(const Message& message, const FieldDescriptor* field);
  void WriteMapKey(const Message& entry, const FieldDescriptor* key);
  void WriteOne(const Message& message, const FieldDescriptor* field, int index);
  void WriteText(const Message& message, const FieldDescriptor* field, int index);
  void WriteEnum(const FieldDescriptor* field, int number);
  void WriteAny(const google::protobuf::Any& any);
  void WriteStruct(const google::protobuf::Struct& value);
  void WriteList(const google::protobuf::ListValue& value);
  void WriteValue(const google::protobuf::Value& value);
  template <typename T>
  void WriteQuoted(T value) {
    fmt::format_to(std::back_inserter(out_), "\"{}\"", value);
  }
  template <typename T>
  void WritePlain(T value) {
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }

  std::string& out_;
};

void Writer::Write(const Message& message) {
  const Descriptor* type = message.GetDescriptor();
  if (IsWrapper(type)) return WriteOne(message, type->field(0), kSingle);
  switch (type->well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return WriteJsonString(TimeUtil::ToString(static_cast<const google::protobuf::Timestamp&>(message)), out_);
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return WriteJsonString(TimeUtil::ToString(static_cast<const google::protobuf::Duration&>(message)), out_);
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return WriteFieldMask(static_cast<const google::protobuf::FieldMask&>(message), out_);
    case Descriptor::WELLKNOWNTYPE_STRUCT: return WriteStruct(static_cast<const google::protobuf::Struct&>(message));
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return WriteList(static_cast<const google::protobuf::ListValue&>(message));
    case Descriptor::WELLKNOWNTYPE_VALUE: return WriteValue(static_cast<const google::protobuf::Value&>(message));
    case Descriptor::WELLKNOWNTYPE_ANY: return WriteAny(static_cast<const google::protobuf::Any&>(message));
    default: break;
  }
  out_ += '{';
  WriteFields(message, true);
  out_ += '}';
}

void Writer::WriteFields(const Message& message, bool first) {
  const Descriptor* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->has_presence() && !message.GetReflection()->HasField(message, field)) continue;
    if (!first) out_ += ',';
    first = false;
    out_ += '"';
    out_ += field->json_name();
    out_ += "\":";
    WriteField(message, field);
  }
}

void Writer::WriteField(const Message& message, const FieldDescriptor* field) {
  if (field->is_map()) return WriteMap(message, field);
  if (field->is_repeated()) return WriteArray(message, field);
  WriteOne(message, field, kSingle);
}

void Writer::WriteArray(const Message& message, const FieldDescriptor* field) {
  out_ += '[';
  const int size = message.GetReflection()->FieldSize(message, field);
  for (int i = 0; i < size; ++i) {
    if (i > 0) out_ += ',';
    WriteOne(message, field, i);
  }
  out_ += ']';
}

void Writer::WriteMap(const Message& message, const FieldDescriptor* field) {
  out_ += '{';
  const int size = message.GetReflection()->FieldSize(message, field);
  for (int i = 0; i < size; ++i) {
    const Message& entry = message.GetReflection()->GetRepeatedMessage(message, field, i);
    if (i > 0) out_ += ',';
    WriteMapKey(entry, field->message_type()->map_key());
    out_ += ':';
    WriteOne(entry, field->message_type()->map_value(), kSingle);
  }
  out_ += '}';
}

void Writer::WriteMapKey(const Message& entry, const FieldDescriptor* key) {
  std::string text;
  Writer(text).WriteOne(entry, key, kSingle);
  if (text.starts_with('"')) {
    out_ += text;
  } else {
    WriteQuoted(text);
  }
}

void Writer::WriteOne(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
#define ARGUS_GET(kind)                                                    \
  (index == kSingle ? reflection->Get##kind(message, field) : reflection->GetRepeated##kind(message, field, index))
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: return WritePlain(ARGUS_GET(Int32));
    case FieldDescriptor::CPPTYPE_UINT32: return WritePlain(ARGUS_GET(UInt32));
    case FieldDescriptor::CPPTYPE_INT64: return WriteQuoted(ARGUS_GET(Int64));
    case FieldDescriptor::CPPTYPE_UINT64: return WriteQuoted(ARGUS_GET(UInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE: return WriteReal(ARGUS_GET(Double), out_);
    case FieldDescriptor::CPPTYPE_FLOAT: return WriteReal(ARGUS_GET(Float), out_);
    case FieldDescriptor::CPPTYPE_BOOL: return WritePlain(ARGUS_GET(Bool));
    case FieldDescriptor::CPPTYPE_ENUM: return WriteEnum(field, ARGUS_GET(EnumValue));
    case FieldDescriptor::CPPTYPE_STRING: return WriteText(message, field, index);
    case FieldDescriptor::CPPTYPE_MESSAGE: return Write(ARGUS_GET(Message));
  }
#undef ARGUS_GET
}

void Writer::WriteText(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  std::string scratch;
  const std::string& text = index == kSingle ? reflection->GetStringReference(message, field, &scratch)
                                             : reflection->GetRepeatedStringReference(message, field, index, &scratch);
  if (field->type() == FieldDescriptor::TYPE_BYTES) return WriteQuoted(Base64Encode(text));
  WriteJsonString(text, out_);
}

void Writer::WriteEnum(const FieldDescriptor* field, int number) {
  if (field->enum_type()->full_name() == "google.protobuf.NullValue") {
    out_ += "null";
  } else if (const auto* value = field->enum_type()->FindValueByNumber(number)) {
    WriteQuoted(value->name());
  } else {
    WritePlain(number);
  }
}

void Writer::WriteAny(const google::protobuf::Any& any) {
  const std::string& url = any.type_url();
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(url.substr(url.rfind('/') + 1));
  out_ += "{\"@type\":";
  WriteJsonString(url, out_);
  if (type && type->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED) {
    const std::unique_ptr<Message> inner(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
    if (inner->ParseFromString(any.value())) WriteFields(*inner, false);
  }
  out_ += '}';
}

void Writer::WriteStruct(const google::protobuf::Struct& value) {
  out_ += '{';
  bool first = true;
  for (const auto& [key, member] : value.fields()) {
    if (!first) out_ += ',';
    first = false;
    WriteJsonString(key, out_);
    out_ += ':';
    WriteValue(member);
  }
  out_ += '}';
}

void Writer::WriteList(const google::protobuf::ListValue& value) {
  out_ += '[';
  for (int i = 0; i < value.values_size(); ++i) {
    if (i > 0) out_ += ',';
    WriteValue(value.values(i));
  }
  out_ += ']';
}

void Writer::WriteValue(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
    case google::protobuf::Value::kNumberValue: return WriteReal(value.number_value(), out_);
    case google::protobuf::Value::kStringValue: return WriteJsonString(value.string_value(), out_);
    case google::protobuf::Value::kBoolValue: return WritePlain(value.bool_value());
    case google::protobuf::Value::kStructValue: return WriteStruct(value.struct_value());
    case google::protobuf::Value::kListValue: return WriteList(value.list_value());
    case google::protobuf::Value::kNullValue:
    case google::protobuf::Value::KIND_NOT_SET: break;
  }
  out_ += "null";
}

bool NeedsEscape(unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }

void WriteEscape(char c, std::string& out) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace

void WriteJson(const Message& message, std::string& out) { Writer(out).Write(message); }

std::string ToJson(const Message& message) {
  std::string out;
  WriteJson(message, out);
  return out;
}

void WriteJsonString(std::string_view text, std::string& out) {
  if (!IsValidUtf8(text)) return WriteJsonString(ReplaceInvalidUtf8(text), out);
  out += '"';
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!NeedsEscape(static_cast<unsigned char>(text[i]))) continue;
    out.append(text, run, i - run);
    WriteEscape(text[i], out);
    run = i + 1;
  }
  out.append(text, run);
  out += '"';
}

}  // namespace argus::rpc
