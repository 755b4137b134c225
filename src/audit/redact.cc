#include "audit/redact.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "platform/base/encoding.h"

namespace argus::audit {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr std::size_t kMaxText = 1024;

Value Text(std::string text) {
  Value value;
  value.set_string_value(std::move(text));
  return value;
}

Value Number(double number) {
  Value value;
  value.set_number_value(number);
  return value;
}

std::string Digest(std::string_view content) {
  return fmt::format("sha256:{} ({} bytes)", Sha256Hex(content), content.size());
}

Value TextOrDigest(const FieldDescriptor& field, const std::string& content) {
  if (content.size() > kMaxText) return Text(Digest(content));
  return Text(field.type() == FieldDescriptor::TYPE_BYTES ? Base64Encode(content) : ReplaceInvalidUtf8(content));
}

// The well-known types have a JSON form of their own, which is a value.
Value WellKnown(const Message& message) {
  std::string json;
  Value value;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) return value;
  (void)google::protobuf::util::JsonStringToMessage(json, &value);
  return value;
}

Value Nested(const Message& message) {
  if (message.GetDescriptor()->file()->package() == "google.protobuf") return WellKnown(message);
  Value value;
  *value.mutable_struct_value() = Redact(message);
  return value;
}

std::string EnumName(const google::protobuf::EnumDescriptor& type, int number) {
  const auto* known = type.FindValueByNumber(number);
  return known ? known->name() : std::to_string(number);
}

// One value: of a singular field where `index` is negative, else of a repeated one.
Value ValueOf(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection& access = *message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Number(one ? access.GetInt32(message, field) : access.GetRepeatedInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return Number(one ? access.GetUInt32(message, field) : access.GetRepeatedUInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return Text(
          std::to_string(one ? access.GetInt64(message, field) : access.GetRepeatedInt64(message, field, index)));
    case FieldDescriptor::CPPTYPE_UINT64:
      return Text(
          std::to_string(one ? access.GetUInt64(message, field) : access.GetRepeatedUInt64(message, field, index)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Number(one ? access.GetDouble(message, field) : access.GetRepeatedDouble(message, field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Number(one ? access.GetFloat(message, field) : access.GetRepeatedFloat(message, field, index));
    case FieldDescriptor::CPPTYPE_BOOL: {
      Value value;
      value.set_bool_value(one ? access.GetBool(message, field) : access.GetRepeatedBool(message, field, index));
      return value;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return Text(EnumName(*field->enum_type(), one ? access.GetEnumValue(message, field)
                                                    : access.GetRepeatedEnumValue(message, field, index)));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string scratch;
      return TextOrDigest(*field, one ? access.GetStringReference(message, field, &scratch)
                                      : access.GetRepeatedStringReference(message, field, index, &scratch));
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Nested(one ? access.GetMessage(message, field) : access.GetRepeatedMessage(message, field, index));
  }
  return Value();
}

Value MapOf(const Message& message, const FieldDescriptor* field) {
  const auto* key = field->message_type()->map_key();
  const auto* mapped = field->message_type()->map_value();
  Value object;
  auto& fields = *object.mutable_struct_value()->mutable_fields();
  for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
    const Message& entry = message.GetReflection()->GetRepeatedMessage(message, field, i);
    const Value name = ValueOf(entry, key, -1);
    const bool text = name.kind_case() == Value::kStringValue;
    fields[text ? name.string_value() : fmt::format("{}", name.number_value())] = ValueOf(entry, mapped, -1);
  }
  return object;
}

Value FieldValue(const Message& message, const FieldDescriptor* field) {
  if (field->options().GetExtension(v1::sensitive)) return Text("[redacted]");
  if (field->is_map()) return MapOf(message, field);
  if (!field->is_repeated()) return ValueOf(message, field, -1);
  Value list;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
    *list.mutable_list_value()->add_values() = ValueOf(message, field, i);
  }
  return list;
}

}  // namespace

Struct Redact(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  Struct object;
  for (const FieldDescriptor* field : fields)
    (*object.mutable_fields())[field->json_name()] = FieldValue(message, field);
  return object;
}

}  // namespace argus::audit
