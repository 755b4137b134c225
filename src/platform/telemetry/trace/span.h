// One timed piece of work. Cheap to hold when nobody records it.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/base/error.h"
#include "platform/runtime/context.h"

namespace argus::trace {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

enum class SpanKind { kInternal, kServer, kClient, kProducer, kConsumer };

// A fact about a span, by OpenTelemetry's semantic conventions where they have a name. The key must be a literal; a text
// value is copied when it is set.
struct Attribute {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;
  std::string_view key;
  Value value;

  Attribute(std::string_view k, std::string_view v) : key(k), value(v) {}
  Attribute(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Attribute(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Attribute(std::string_view k, bool v) : key(k), value(v) {}
  Attribute(std::string_view k, double v) : key(k), value(v) {}
  template <std::integral T>
  Attribute(std::string_view k, T v) : key(k), value(static_cast<std::int64_t>(v)) {}
};
using Attributes = std::initializer_list<Attribute>;

// Another span that this one has to do with without being its child. `relation`, a literal, says how.
struct Link {
  TraceContext context;
  std::string_view relation;
};

struct SpanSpec {
  std::string_view name;  // bounded: no ids, no user input
  SpanKind kind = SpanKind::kInternal;
  bool parent_is_remote = false;  // another process made the parent
  const std::vector<Link>* links = nullptr;
  std::optional<WallTime> start{};  // now
};

struct SpanData;
class Core;

// Move-only; ends with its scope. Not thread-safe, but may move between threads. The tracer must outlive it.
class Span {
 public:
  Span() = default;  // off: records nothing, changes no context
  Span(Span&&) noexcept;
  Span& operator=(Span&& other) noexcept;
  ~Span() {
    if (data_) EndSlow();
  }

  // False when it is off: children have the parent that they had.
  bool on() const { return data_ != nullptr; }
  // False when it is off or the trace is not sampled: attributes that cost something need not be made.
  bool recording() const { return data_ && RecordingSlow(); }

  void Set(const Attribute& attribute) {
    if (data_) SetSlow(attribute);
  }
  void SetAll(Attributes attributes) {
    for (const auto& attribute : attributes) Set(attribute);
  }
  // A name that became known later.
  void SetName(std::string_view name);
  void AddEvent(std::string_view name, Attributes attributes = {});
  // Status error; `error_type` (low cardinality) becomes error.type.
  void SetError(std::string_view error_type, std::string_view description = {});
  // SetError by the error's reason; its message is safe for any caller, its cause stays out.
  void SetError(const Error& error);

  // Of this span, to be the parent of what it causes; the empty one when it is off.
  const TraceContext& context() const;
  // Makes the work that goes by `ctx` a child of this span. Changes nothing when it is off.
  void Enter(RequestContext& ctx) const {
    if (data_) ctx.trace = context();
  }
  // Before the end of its scope.
  void End() {
    if (data_) EndSlow();
  }

 private:
  friend class Tracer;
  Span(Core* core, std::unique_ptr<SpanData> data);
  bool RecordingSlow() const;
  void SetSlow(const Attribute& attribute);
  void EndSlow();

  struct Delete {
    void operator()(SpanData* data) const;
  };
  Core* core_ = nullptr;
  std::unique_ptr<SpanData, Delete> data_;
};

}  // namespace argus::trace
