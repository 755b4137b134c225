// W3C Trace Context, the header `traceparent` of requests.
#pragma once

#include <string_view>

#include "platform/runtime/context.h"

namespace argus::api {

// The caller's span, to be the parent of ours; empty ids for a header that the standard tells to ignore. Versions after
// 00 are read as far as they are like it (Trace Context §4.3).
TraceContext ParseTraceparentHeader(std::string_view header);

}  // namespace argus::api
