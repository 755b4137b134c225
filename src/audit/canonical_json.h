// RFC 8785, JSON Canonicalization Scheme: one text for one value.
#pragma once

#include <google/protobuf/struct.pb.h>

#include <string>
#include <string_view>

namespace argus::audit {

// Keys sorted by UTF-16 code units, shortest exact numbers, minimal escapes. NaN and infinities, which JSON does not
// have, become null.
void AppendCanonical(const google::protobuf::Struct& object, std::string& out);
void AppendCanonicalString(std::string_view text, std::string& out);

}  // namespace argus::audit
