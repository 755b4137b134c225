// A span while it is recorded and until it is exported. Within the module.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/telemetry/trace/span.h"

namespace argus::trace {

struct StoredAttribute {
  std::string_view key;  // a literal
  std::variant<std::string, std::int64_t, double, bool> value;
};

struct StoredEvent {
  std::string name;
  WallTime time;
  std::vector<StoredAttribute> attributes;
  std::uint32_t dropped_attributes = 0;
};

struct SpanData {
  TraceContext context;
  bool recording = true;  // false: only the ids are wanted
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  std::string parent_span_id;
  bool parent_is_remote = false;
  WallTime start;
  WallTime end;
  MonotonicTime started;
  bool start_given = false;  // The wall clock then measures the duration.
  std::vector<StoredAttribute> attributes;
  std::vector<StoredEvent> events;
  std::vector<Link> links;
  bool failed = false;
  std::string description;  // of the failure
  std::uint32_t dropped_attributes = 0;
  std::uint32_t dropped_events = 0;
  std::uint32_t dropped_links = 0;
};

}  // namespace argus::trace
