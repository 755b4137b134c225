// Random ids of traces and spans.
#pragma once

#include <string>

namespace argus::trace {

// 32 and 16 lower-case hex digits, never all zero. Thread-safe; not for secrets.
std::string NewTraceId();
std::string NewSpanId();

}  // namespace argus::trace
