// What one log line says, whatever form it takes.
#pragma once

#include <chrono>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/error.h"
#include "platform/runtime/context.h"
#include "platform/telemetry/log/buffer.h"
#include "platform/telemetry/log/event.h"
#include "platform/telemetry/log/record.h"

namespace argus::log {

// A text value longer than this many bytes is cut at a character and marked.
inline constexpr std::size_t kMaxTextBytes = 256 << 10;
// A line that has come to so many bytes takes no more fields; `truncated` tells.
inline constexpr std::size_t kMaxLineBytes = 1 << 20;
// No line is longer: the last field may be as long as a text can become by escapes, and so may the error.
inline constexpr std::size_t kLongestLine = 5 << 20;

using NanoTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// Borrows everything; lives for one call.
struct Line {
  NanoTime time;
  const Event& event;
  const RequestContext& ctx;
  const Error* error;  // null: none
  std::span<const Field> fields;
  const std::source_location& where;
};

// "2026-05-24T08:42:11.123456789Z". Async-signal-safe.
void AppendTime(NanoTime time, Buffer& out);

// "runner/task_run_runner.cc": below the folder of the sources, wherever the compiler was started.
std::string_view SourceFile(std::string_view path);

// Message, wrong fields and private cause, as well-formed UTF-8.
std::string Describe(const Error& error);

// Calls `use(text)` with what may be shown of `text`.
template <typename Use>
void WithinBounds(std::string_view text, Use use);

// Calls `each(key, value)` for everything that follows the head of a line and precedes its error, in order, as long as
// `out` is within its bounds.
template <typename Each>
void VisitMembers(const Line& line, const Buffer& out, Each each);

// Ends a line whose head stands in `out`: its error as it is, and by `put_tail(error)`, where the error may be null, what
// follows it.
template <typename PutTail>
Record PutEnd(const Line& line, Buffer& out, PutTail put_tail);

// Implementation.

// Cut at a character, with a mark.
std::string Shortened(std::string_view text);

template <typename Use>
void WithinBounds(std::string_view text, Use use) {
  text.size() <= kMaxTextBytes ? use(text) : use(std::string_view(Shortened(text)));
}

template <typename Each>
void VisitMembers(const Line& line, const Buffer& out, Each each) {
  const auto unless_empty = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) each(key, Field::Value(value));
  };
  unless_empty("correlation_id", line.ctx.correlation_id);
  unless_empty("actor", line.ctx.actor);
  if (!line.ctx.trace.trace_id.empty()) {
    each("trace_id", Field::Value(std::string_view(line.ctx.trace.trace_id)));
    unless_empty("span_id", line.ctx.trace.span_id);
    each("trace_flags", Field::Value(std::string_view(line.ctx.trace.sampled ? "01" : "00")));
  }
  for (const Field& field : line.fields) {
    if (out.size() > kMaxLineBytes) return each("truncated", Field::Value(true));
    each(field.key, field.value);
  }
}

template <typename PutTail>
Record PutEnd(const Line& line, Buffer& out, PutTail put_tail) {
  const std::size_t head = out.size();
  if (line.error != nullptr) out.Put(Describe(*line.error));
  const std::size_t error = out.size();
  put_tail(line.error);
  Record record{line.event.level, out.view(0, head), out.view(head, error), out.view(error, out.size()), {}};
  if (line.error != nullptr) record.stack = line.error->stack().frames();
  return record;
}

}  // namespace argus::log
