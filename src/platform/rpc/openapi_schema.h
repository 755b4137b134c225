// Protobuf types as JSON Schema (2020-12) within an OpenAPI document.
#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <string>

namespace argus::rpc {

// Collects the named schemas that were referred to.
class SchemaSet {
 public:
  // One line of YAML in flow style: {type: string}, {$ref: "#/components/schemas/…"}.
  std::string OfMessage(const google::protobuf::Descriptor* type);
  // Of a field, with its repetition.
  std::string OfField(const google::protobuf::FieldDescriptor* field);
  // The `components.schemas` entries, each line indented by four, sorted by name.
  std::string Definitions();

 private:
  std::string OfValue(const google::protobuf::FieldDescriptor* field);

  std::map<std::string, const google::protobuf::Descriptor*> named_;
};

}  // namespace argus::rpc
