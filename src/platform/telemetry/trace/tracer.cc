#include "platform/telemetry/trace/tracer.h"

#include "platform/telemetry/trace/core.h"
#include "platform/telemetry/trace/exporter.h"

namespace argus::trace {
namespace {

std::unique_ptr<Exporter> MakeExporter(const Options& options) {
  return options.protocol == Protocol::kGrpc ? MakeGrpcExporter(options) : MakeHttpExporter(options);
}

// What leads from a span to the log lines and audit entries of the same work, and back.
void SetCorrelation(const RequestContext& ctx, Span& span) {
  if (span.recording() && !ctx.correlation_id.empty()) span.Set({"argus.correlation_id", ctx.correlation_id});
}

}  // namespace

Tracer::Tracer() = default;

Tracer::Tracer(const Options& options) : propagates_(options.propagate) {
  if (!options.endpoint.empty()) core_ = std::make_unique<Core>(options, MakeExporter(options));
}

Tracer::Tracer(const Options& options, std::unique_ptr<Exporter> exporter)
    : propagates_(options.propagate), core_(std::make_unique<Core>(options, std::move(exporter))) {}

Tracer::~Tracer() = default;

Span Tracer::StartSlow(const RequestContext& ctx, const SpanSpec& spec) const {
  Span span(core_.get(), core_->NewSpan(ctx.trace, spec));
  SetCorrelation(ctx, span);
  return span;
}

void Tracer::RecordSlow(const RequestContext& ctx, const FinishedSpan& finished) const {
  auto data = core_->NewSpan(ctx.trace, {.name = finished.name, .kind = finished.kind});
  if (!data) return;
  data->start -= finished.duration;
  data->started -= finished.duration;
  Span span(core_.get(), std::move(data));
  SetCorrelation(ctx, span);
  span.SetAll(finished.attributes);
  if (!finished.error_type.empty()) span.SetError(finished.error_type);
}

Counters Tracer::counters() const { return core_ ? core_->queue.counters() : Counters(); }

bool Tracer::Flush(std::chrono::milliseconds timeout) const { return !core_ || core_->queue.Flush(timeout); }

const Tracer& Off() {
  static const Tracer off;
  return off;
}

}  // namespace argus::trace
