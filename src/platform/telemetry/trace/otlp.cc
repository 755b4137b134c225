#include "platform/telemetry/trace/otlp.h"

#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "platform/base/encoding.h"

namespace argus::trace {
namespace {

namespace otlp = opentelemetry::proto;
using Resource = std::vector<std::pair<std::string, std::string>>;

// Trace flags stand in the lower byte; then whether it is known where the parent is, and that it is remote.
constexpr std::uint32_t kSampled = 0x01;
constexpr std::uint32_t kRemoteKnown = 0x100;
constexpr std::uint32_t kRemote = 0x200;

std::string Bytes(const std::string& hex) { return HexDecode(hex).value_or(""); }

std::uint64_t Nanos(WallTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

struct SetValue {
  otlp::common::v1::AnyValue& out;
  void operator()(const std::string& text) const { out.set_string_value(ReplaceInvalidUtf8(text)); }
  void operator()(std::int64_t number) const { out.set_int_value(number); }
  void operator()(double number) const { out.set_double_value(number); }
  void operator()(bool flag) const { out.set_bool_value(flag); }
};

template <typename Out>
void AddAttributes(const std::vector<StoredAttribute>& attributes, Out& out) {
  for (const auto& [key, value] : attributes) {
    auto* added = out.add_attributes();
    added->set_key(std::string(key));
    std::visit(SetValue{*added->mutable_value()}, value);
  }
}

void AddEvent(const StoredEvent& event, otlp::trace::v1::Span& span) {
  auto* added = span.add_events();
  added->set_name(event.name);
  added->set_time_unix_nano(Nanos(event.time));
  added->set_dropped_attributes_count(event.dropped_attributes);
  AddAttributes(event.attributes, *added);
}

void AddLink(const Link& link, otlp::trace::v1::Span& span) {
  auto* added = span.add_links();
  added->set_trace_id(Bytes(link.context.trace_id));
  added->set_span_id(Bytes(link.context.span_id));
  added->set_trace_state(link.context.tracestate);
  added->set_flags(link.context.sampled ? kSampled : 0);
  if (!link.relation.empty()) AddAttributes({{"argus.link.relation", std::string(link.relation)}}, *added);
}

otlp::trace::v1::Span::SpanKind KindOf(SpanKind kind) {
  switch (kind) {
    case SpanKind::kServer: return otlp::trace::v1::Span::SPAN_KIND_SERVER;
    case SpanKind::kClient: return otlp::trace::v1::Span::SPAN_KIND_CLIENT;
    case SpanKind::kProducer: return otlp::trace::v1::Span::SPAN_KIND_PRODUCER;
    case SpanKind::kConsumer: return otlp::trace::v1::Span::SPAN_KIND_CONSUMER;
    case SpanKind::kInternal: break;
  }
  return otlp::trace::v1::Span::SPAN_KIND_INTERNAL;
}

void SetIdentity(const SpanData& data, otlp::trace::v1::Span& span) {
  span.set_trace_id(Bytes(data.context.trace_id));
  span.set_span_id(Bytes(data.context.span_id));
  span.set_parent_span_id(Bytes(data.parent_span_id));
  span.set_trace_state(data.context.tracestate);
  span.set_flags(kSampled | kRemoteKnown | (data.parent_is_remote ? kRemote : 0));
}

void ToSpan(const SpanData& data, otlp::trace::v1::Span& span) {
  SetIdentity(data, span);
  span.set_name(ReplaceInvalidUtf8(data.name));
  span.set_kind(KindOf(data.kind));
  span.set_start_time_unix_nano(Nanos(data.start));
  span.set_end_time_unix_nano(Nanos(data.end));
  AddAttributes(data.attributes, span);
  for (const auto& event : data.events) AddEvent(event, span);
  for (const auto& link : data.links) AddLink(link, span);
  span.set_dropped_attributes_count(data.dropped_attributes);
  span.set_dropped_events_count(data.dropped_events);
  span.set_dropped_links_count(data.dropped_links);
  if (!data.failed) return;
  span.mutable_status()->set_code(otlp::trace::v1::Status::STATUS_CODE_ERROR);
  span.mutable_status()->set_message(ReplaceInvalidUtf8(data.description));
}

}  // namespace

ExportRequest ToOtlp(const std::vector<std::unique_ptr<SpanData>>& spans, const Resource& resource) {
  ExportRequest request;
  auto* of_resource = request.add_resource_spans();
  for (const auto& [key, value] : resource) {
    auto* added = of_resource->mutable_resource()->add_attributes();
    added->set_key(ReplaceInvalidUtf8(key));
    added->mutable_value()->set_string_value(ReplaceInvalidUtf8(value));
  }
  auto* of_scope = of_resource->add_scope_spans();
  of_scope->mutable_scope()->set_name("argus");
  of_scope->mutable_spans()->Reserve(static_cast<int>(spans.size()));
  for (const auto& span : spans) ToSpan(*span, *of_scope->add_spans());
  return request;
}

}  // namespace argus::trace
