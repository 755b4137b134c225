// Text as the outputs want it. RFC 8259 section 7 for JSON.
#pragma once

#include <string_view>

#include "platform/telemetry/log/buffer.h"

namespace argus::log {

// Appends `text` in quotes. Ill-formed UTF-8 becomes U+FFFD; control characters, '"' and '\' are escaped.
void AppendJsonString(std::string_view text, Buffer& out);
// The same without the quotes.
void AppendEscaped(std::string_view text, Buffer& out);
// As it is, but for ill-formed UTF-8, which becomes U+FFFD.
void AppendUtf8(std::string_view text, Buffer& out);

}  // namespace argus::log
