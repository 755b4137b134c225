// Where background work comes from: the correlation id and trace of the request that caused it.
#pragma once

#include <string>

#include "platform/runtime/context.h"

namespace argus::store {

struct Origin {
  std::string correlation_id;
  TraceContext trace;
  static Origin Of(const RequestContext& ctx) { return {ctx.correlation_id, ctx.trace}; }
};

// W3C trace context, "00-<trace id>-<span id>-01"; empty without ids.
std::string FormatTraceparent(const TraceContext& trace);
// Of what FormatTraceparent made; anything else is no trace.
TraceContext ParseTraceparent(const std::string& traceparent);

}  // namespace argus::store
