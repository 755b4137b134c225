#include "platform/telemetry/trace/core.h"

#include <algorithm>

#include "platform/telemetry/trace/ids.h"
#include "platform/telemetry/trace/sampler.h"

namespace argus::trace {
namespace {

// At most `limit` bytes, cut before a character that does not fit.
std::string_view Cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

struct Store {
  std::size_t limit;
  using Stored = decltype(StoredAttribute::value);
  Stored operator()(std::string_view text) const { return std::string(Cut(text, limit)); }
  Stored operator()(std::int64_t number) const { return number; }
  Stored operator()(double number) const { return number; }
  Stored operator()(bool flag) const { return flag; }
};

}  // namespace

// Setting a key again replaces its value.
void Core::Add(SpanData& span, const Attribute& attribute) const {
  auto value = std::visit(Store{limits.attribute_length}, attribute.value);
  for (auto& stored : span.attributes) {
    if (stored.key == attribute.key) {
      stored.value = std::move(value);
      return;
    }
  }
  if (span.attributes.size() < limits.attributes) {
    span.attributes.push_back({attribute.key, std::move(value)});
  } else {
    ++span.dropped_attributes;
  }
}

std::unique_ptr<SpanData> Core::NewSpan(const TraceContext& parent, const SpanSpec& spec) const {
  const bool root = parent.trace_id.empty();
  std::string trace_id = root ? NewTraceId() : parent.trace_id;
  const bool sampled = IsSampled(sampler, parent, trace_id);
  // Nothing is recorded: what is known goes on unchanged, but a new trace has ids, and a parent's wish is overruled.
  if (!sampled && !root && !parent.sampled) return nullptr;
  auto span = std::make_unique<SpanData>();
  span->context = {std::move(trace_id), NewSpanId(), sampled, parent.tracestate};
  span->recording = sampled;
  if (!sampled) return span;
  span->name = spec.name;
  span->kind = spec.kind;
  span->parent_span_id = parent.span_id;
  span->parent_is_remote = spec.parent_is_remote && !root;
  span->started = std::chrono::steady_clock::now();
  span->start = spec.start.value_or(std::chrono::system_clock::now());
  span->start_given = spec.start.has_value();
  span->attributes.reserve(8);
  if (spec.links != nullptr) {
    const auto kept = std::min(spec.links->size(), limits.links);
    span->links.assign(spec.links->begin(), spec.links->begin() + static_cast<std::ptrdiff_t>(kept));
    span->dropped_links = static_cast<std::uint32_t>(spec.links->size() - kept);
  }
  return span;
}

}  // namespace argus::trace
