// What travels with a piece of work through every layer, as the first argument.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "platform/base/clock.h"

namespace argus {

// W3C Trace Context of the current span; empty ids mean that nothing is traced.
struct TraceContext {
  std::string trace_id;  // 32 lower-case hex digits or empty
  std::string span_id;   // 16 lower-case hex digits or empty
  bool sampled = false;
  std::string tracestate;  // As its W3C list is written: other systems' entries, handed on; empty: none.
};

// Set once, by whoever wants the work to stop; read by the work. Thread-safe.
class CancelToken {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_release); }
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> cancelled_{false};
};

// One request or one background wake-up. Copied freely; a copy shares only the cancel token.
struct RequestContext {
  // [A-Za-z0-9._:-]{1,128}; inherited by the background work that a request causes.
  std::string correlation_id;
  // "user/login_id=alice" or "system/<runner>"; empty until authenticated.
  std::string actor;
  // Address of the peer after trusted-proxy rules, without port; empty for background work.
  std::string client_address;
  std::string user_agent;
  TraceContext trace;
  MonotonicTime deadline = MonotonicTime::max();
  std::shared_ptr<CancelToken> cancel = std::make_shared<CancelToken>();

  bool expired(MonotonicTime now) const { return now >= deadline || cancel->cancelled(); }
};

}  // namespace argus
