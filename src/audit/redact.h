// Requests as audit entries and logs may show them.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>

namespace argus::audit {

// The fields that are set, named and valued as in proto3 JSON, except that a field marked (argus.v1.sensitive) reads
// "[redacted]" and a string or bytes value over 1 KiB reads "sha256:<hex> (<n> bytes)".
google::protobuf::Struct Redact(const google::protobuf::Message& message);

}  // namespace argus::audit
