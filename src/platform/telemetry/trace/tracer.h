// Makes spans and hands those that are sampled to an exporter of its own thread, over OTLP.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "platform/runtime/context.h"
#include "platform/telemetry/trace/options.h"
#include "platform/telemetry/trace/span.h"

namespace argus::trace {

// What already happened, for observers that are called at the end.
struct FinishedSpan {
  std::string_view name;
  SpanKind kind = SpanKind::kInternal;
  std::chrono::nanoseconds duration{0};  // up to now
  Attributes attributes{};
  std::string_view error_type{};  // empty: no error
};

// Spans that never reached the collector, by why.
struct DroppedSpans {
  std::uint64_t queue_full = 0;   // more were made than the collector takes
  std::uint64_t unavailable = 0;  // no answer, or 429, 502, 503, 504, until patience ended
  std::uint64_t refused = 0;      // any other answer
  std::uint64_t rejected = 0;     // left out of a batch that was taken (partial success)
  std::uint64_t shutdown = 0;     // still queued when the time to flush was over
};

struct Counters {
  std::uint64_t exported = 0;
  DroppedSpans dropped;
  std::size_t queued = 0;  // not yet exported, the batch under way included
  std::size_t queue_limit = 0;
};

class Exporter;

// Thread-safe. Off, at the cost of testing a pointer, when no endpoint is configured. No call waits for the collector,
// but for the destructor, which gives what is queued Options::flush_timeout to leave.
class Tracer {
 public:
  Tracer();  // off
  explicit Tracer(const Options& options);
  // With another exporter, for tests; `options.endpoint` is not asked.
  Tracer(const Options& options, std::unique_ptr<Exporter> exporter);
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  bool enabled() const { return core_ != nullptr; }
  // Whether callers' trace headers are read (OTEL_PROPAGATORS).
  bool propagates() const { return propagates_; }

  // A child of the span that `ctx.trace` names, or a new trace; with the correlation id of `ctx`. When the trace is not sampled the span records nothing,
  // and what `ctx.trace` names goes on; a new trace that is not sampled has ids all the same.
  Span Start(const RequestContext& ctx, const SpanSpec& spec) const {
    return core_ ? StartSlow(ctx, spec) : Span();
  }
  // Only within a trace: what nobody asked for starts none.
  void Record(const RequestContext& ctx, const FinishedSpan& span) const {
    if (core_ && ctx.trace.sampled) RecordSlow(ctx, span);
  }

  // Zeros when off.
  Counters counters() const;
  // Returns when what was queued before the call was exported or dropped, or after `timeout`: false.
  bool Flush(std::chrono::milliseconds timeout) const;

 private:
  Span StartSlow(const RequestContext& ctx, const SpanSpec& spec) const;
  void RecordSlow(const RequestContext& ctx, const FinishedSpan& span) const;

  bool propagates_ = true;
  std::unique_ptr<Core> core_;
};

// One that is off, for whoever was given none.
const Tracer& Off();

// A span over a scope, in which `ctx` names it as the parent; afterwards `ctx` is as before.
class Scope {
 public:
  Scope(const Tracer& tracer, RequestContext& ctx, const SpanSpec& spec) : span_(tracer.Start(ctx, spec)), ctx_(ctx) {
    if (span_.on()) before_ = std::exchange(ctx_.trace, span_.context());
  }
  ~Scope() {
    if (span_.on()) ctx_.trace = std::move(before_);
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  Span& span() { return span_; }
  // Gives `result` back; an error becomes the span's.
  template <typename R>
  R Ended(R result) {
    if (!result.ok()) span_.SetError(result.error());
    return result;
  }

 private:
  Span span_;
  RequestContext& ctx_;
  TraceContext before_;
};

}  // namespace argus::trace
