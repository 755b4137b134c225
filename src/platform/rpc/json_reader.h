// Strict JSON into protobuf messages: RFC 8259 first, then the proto3 JSON mapping.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::rpc {

// Merges `json` into `message` in one pass. Field names are taken in lowerCamelCase and as written in the proto.
// INVALID_JSON (with line and column): not RFC 8259, a duplicate key, deeper than 64 levels.
// UNKNOWN_FIELD, INVALID_FIELD: the violation's path begins with `prefix`, e.g. "plan" -> "plan.specs[0].sheet".
// google.protobuf.Any is refused. On error `message` holds what was read so far.
Status ReadJson(std::string_view json, google::protobuf::Message& message, std::string_view prefix = "");

}  // namespace argus::rpc
