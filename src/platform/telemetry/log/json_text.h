// JSON strings, RFC 8259 section 7.
#pragma once

#include <string>
#include <string_view>

namespace argus::log {

// Appends `text` in quotes. Ill-formed UTF-8 becomes U+FFFD; control characters, '"' and '\' are escaped.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace argus::log
