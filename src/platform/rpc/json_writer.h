// Protobuf messages as JSON (proto3 JSON mapping): lowerCamelCase names, enums by name, 64-bit integers as strings.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace argus::rpc {

// Appends `message`. Fields without presence are always written, so that "state" or an empty list does not vanish; those
// with presence only when set. An Any is written if its type is linked and has no JSON form of its own.
void WriteJson(const google::protobuf::Message& message, std::string& out);
std::string ToJson(const google::protobuf::Message& message);

// Appends a quoted string; ill-formed UTF-8 becomes U+FFFD.
void WriteJsonString(std::string_view text, std::string& out);

}  // namespace argus::rpc
