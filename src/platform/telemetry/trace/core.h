// What the spans of one tracer share. Within the module.
#pragma once

#include <memory>
#include <utility>

#include "platform/telemetry/trace/span_data.h"
#include "platform/telemetry/trace/span_queue.h"

namespace argus::trace {

class Core {
 public:
  Core(const Options& options, std::unique_ptr<Exporter> exporter)
      : limits(options.limits), sampler(options.sampler), queue(options, std::move(exporter)) {}

  // A recording span with ids, parent and start.
  std::unique_ptr<SpanData> NewSpan(const TraceContext& parent, const SpanSpec& spec) const;
  void Add(SpanData& span, const Attribute& attribute) const;

  const Limits limits;
  const SamplerOptions sampler;
  SpanQueue queue;
};

}  // namespace argus::trace
