#include "platform/rpc/openapi_schema.h"

#include <fmt/format.h>

#include <set>

#include "platform/rpc/field_text.h"

namespace argus::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

std::string OfEnum(const EnumDescriptor* type) {
  std::string values;
  for (int i = 0; i < type->value_count(); ++i) values += (i == 0 ? "" : ", ") + type->value(i)->name();
  return "{type: string, enum: [" + values + "]}";
}

std::string OfScalar(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: return "{type: integer, format: int32}";
    case FieldDescriptor::CPPTYPE_UINT32: return "{type: integer, format: int64, minimum: 0}";
    case FieldDescriptor::CPPTYPE_INT64: return "{type: string, format: int64}";
    case FieldDescriptor::CPPTYPE_UINT64: return "{type: string, format: uint64}";
    case FieldDescriptor::CPPTYPE_DOUBLE: return "{type: number, format: double}";
    case FieldDescriptor::CPPTYPE_FLOAT: return "{type: number, format: float}";
    case FieldDescriptor::CPPTYPE_BOOL: return "{type: boolean}";
    case FieldDescriptor::CPPTYPE_ENUM: return OfEnum(field->enum_type());
    default: break;
  }
  return field->type() == FieldDescriptor::TYPE_BYTES ? "{type: string, contentEncoding: base64}" : "{type: string}";
}

// The JSON form of a well-known type, or empty.
std::string OfWellKnown(const Descriptor* type) {
  if (IsWrapper(type)) return OfScalar(type->field(0));
  switch (type->well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP: return "{type: string, format: date-time}";
    case Descriptor::WELLKNOWNTYPE_DURATION: return "{type: string, pattern: \"^-?[0-9]+(\\\\.[0-9]{1,9})?s$\"}";
    case Descriptor::WELLKNOWNTYPE_FIELDMASK: return "{type: string, description: \"Field paths, separated by commas.\"}";
    case Descriptor::WELLKNOWNTYPE_STRUCT: return "{type: object, additionalProperties: true}";
    case Descriptor::WELLKNOWNTYPE_LISTVALUE: return "{type: array, items: {}}";
    case Descriptor::WELLKNOWNTYPE_VALUE: return "{}";
    case Descriptor::WELLKNOWNTYPE_ANY:
      return "{type: object, properties: {\"@type\": {type: string}}, additionalProperties: true}";
    default: return "";
  }
}

}  // namespace

std::string SchemaSet::OfMessage(const Descriptor* type) {
  if (auto known = OfWellKnown(type); !known.empty()) return known;
  named_.emplace(type->full_name(), type);
  return fmt::format("{{$ref: \"#/components/schemas/{}\"}}", type->full_name());
}

std::string SchemaSet::OfValue(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE ? OfMessage(field->message_type()) : OfScalar(field);
}

std::string SchemaSet::OfField(const FieldDescriptor* field) {
  if (field->is_map()) {
    return "{type: object, additionalProperties: " + OfValue(field->message_type()->map_value()) + "}";
  }
  return field->is_repeated() ? "{type: array, items: " + OfValue(field) + "}" : OfValue(field);
}

std::string SchemaSet::Definitions() {
  std::map<std::string, std::string> done;
  while (done.size() < named_.size()) {
    const auto pending = named_;  // Writing one may name more.
    for (const auto& [name, type] : pending) {
      if (done.count(name) > 0) continue;
      std::string& text = done[name];
      text = fmt::format("    {}:\n      type: object\n", name);
      if (type->field_count() > 0) text += "      properties:\n";
      for (int i = 0; i < type->field_count(); ++i) {
        text += fmt::format("        {}: {}\n", type->field(i)->json_name(), OfField(type->field(i)));
      }
    }
  }
  std::string all;
  for (const auto& [name, text] : done) all += text;
  return all;
}

}  // namespace argus::rpc
