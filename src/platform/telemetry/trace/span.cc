#include "platform/telemetry/trace/span.h"

#include <algorithm>
#include <utility>

#include "platform/telemetry/trace/core.h"

namespace argus::trace {
namespace {

const TraceContext kNoTrace;

WallTime EndOf(const SpanData& span) {
  if (span.start_given) return std::max(span.start, WallTime(std::chrono::system_clock::now()));
  return span.start + (std::chrono::steady_clock::now() - span.started);
}

}  // namespace

Span::Span(Core* core, std::unique_ptr<SpanData> data) : core_(core), data_(data.release()) {}
Span::Span(Span&&) noexcept = default;

Span& Span::operator=(Span&& other) noexcept {
  End();
  core_ = other.core_;
  data_ = std::move(other.data_);
  return *this;
}

void Span::Delete::operator()(SpanData* data) const { delete data; }

bool Span::RecordingSlow() const { return data_->recording; }

void Span::SetSlow(const Attribute& attribute) {
  if (data_->recording) core_->Add(*data_, attribute);
}

void Span::SetName(std::string_view name) {
  if (recording()) data_->name = name;
}

void Span::AddEvent(std::string_view name, Attributes attributes) {
  if (!recording()) return;
  if (data_->events.size() >= core_->limits.events) {
    ++data_->dropped_events;
    return;
  }
  SpanData event_attributes;
  for (const auto& attribute : attributes) core_->Add(event_attributes, attribute);
  const auto limit = core_->limits.event_attributes;
  StoredEvent event{std::string(name), EndOf(*data_), std::move(event_attributes.attributes), 0};
  if (event.attributes.size() > limit) {
    event.dropped_attributes = static_cast<std::uint32_t>(event.attributes.size() - limit);
    event.attributes.resize(limit);
  }
  data_->events.push_back(std::move(event));
}

void Span::SetError(std::string_view error_type, std::string_view description) {
  if (!recording()) return;
  data_->failed = true;
  data_->description = description;
  SetSlow({"error.type", error_type});
}

void Span::SetError(const Error& error) { SetError(error.reason().name, error.message()); }

const TraceContext& Span::context() const { return data_ ? data_->context : kNoTrace; }

void Span::EndSlow() {
  std::unique_ptr<SpanData> ended(data_.release());
  if (!ended->recording) return;
  ended->end = EndOf(*ended);
  core_->queue.Push(std::move(ended));
}

}  // namespace argus::trace
