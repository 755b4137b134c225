// W3C Trace Context (level 1, with the rules of level 2 for what it leaves open): the headers `traceparent` and
// `tracestate`. Pure.
#pragma once

#include <string>
#include <string_view>

#include "platform/runtime/context.h"

namespace argus::trace {

// The caller's span, to be the parent of ours; no ids for a header that the standard tells to ignore, with which
// `tracestate` is ignored as well. Versions after 00 are read as far as they are like it (§4.3); ff is refused. Several
// `tracestate` headers are given joined by commas, in order.
TraceContext Extract(std::string_view traceparent, std::string_view tracestate);

// "00-<trace id>-<span id>-<flags>"; empty without ids.
std::string FormatTraceparent(const TraceContext& trace);

// The list as it is handed on: without blanks and empty members. Empty when a member or the whole breaks a rule of §3.3:
// more than 32 members, a key twice, a key or value of wrong length or characters.
std::string CleanTracestate(std::string_view header);

}  // namespace argus::trace
