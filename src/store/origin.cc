#include "store/origin.h"

namespace argus::store {

// "00-" trace id "-" span id "-" flags.
constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kSpanIdAt = 36;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kSize = 55;

std::string FormatTraceparent(const TraceContext& trace) {
  if (trace.trace_id.empty() || trace.span_id.empty()) return {};
  return "00-" + trace.trace_id + "-" + trace.span_id + (trace.sampled ? "-01" : "-00");
}

TraceContext ParseTraceparent(const std::string& traceparent) {
  if (traceparent.size() != kSize) return {};
  return {traceparent.substr(kTraceIdAt, 32), traceparent.substr(kSpanIdAt, 16), traceparent.substr(kFlagsAt) == "01"};
}

}  // namespace argus::store
