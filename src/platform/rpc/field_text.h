// Text to protobuf fields: what body, path and query share (proto3 JSON mapping).
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::rpc {

// INVALID_FIELD naming the field; `path` is in lowerCamelCase.
Error InvalidField(std::string path, std::string_view description);
Error UnknownField(std::string path);

// The field of that JSON or proto name, or null.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor* type, std::string_view name);

// A field path in JSON names, so that "page_size" and "pageSize" compare alike, with the field it ends at (null when
// there is none).
struct ResolvedPath {
  std::string canonical;
  const google::protobuf::FieldDescriptor* field;
};
ResolvedPath ResolvePath(const google::protobuf::Descriptor* type, std::string_view path);

// Sets a scalar or enum field, or appends to a repeated one. Integers may be written like 1e3; 64-bit ones are exact.
// `path` is for the error only.
Status SetScalar(google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field,
                 std::string_view text, const std::string& path);
void SetBool(google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field, bool value);

// Whether a message type has a form as one string: Timestamp, Duration, FieldMask.
bool IsTextual(const google::protobuf::Descriptor* type);
// Whether it is google.protobuf.StringValue or one of its kin.
bool IsWrapper(const google::protobuf::Descriptor* type);
// Fills a message of a textual type.
Status SetTextual(google::protobuf::Message& message, std::string_view text, const std::string& path);

// Sets what `field_path` ("plan.name", "pageSize", "page_size") leads to below `message`, or appends to it.
Status BindText(google::protobuf::Message& message, std::string_view field_path, std::string_view text);

}  // namespace argus::rpc
