// Whether a trace is recorded. Pure.
#pragma once

#include "platform/runtime/context.h"
#include "platform/telemetry/trace/options.h"

namespace argus::trace {

// `parent` without a trace id is none. By ratio the last 56 bits of `trace_id` decide, so that all services that follow
// W3C Trace Context level 2 decide alike.
bool IsSampled(const SamplerOptions& sampler, const TraceContext& parent, std::string_view trace_id);

}  // namespace argus::trace
