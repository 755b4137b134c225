// How long a wait may last: until the caller's deadline, the caller's cancel, or a limit of our own.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "platform/base/error.h"
#include "platform/runtime/context.h"

namespace argus::db {

// A value; thread-safe to read.
class Patience {
 public:
  explicit Patience(const RequestContext& ctx) : deadline_(ctx.deadline), cancel_(ctx.cancel) {}
  explicit Patience(std::chrono::milliseconds limit) : limit_(std::chrono::steady_clock::now() + limit) {}

  // The same, but no longer than `limit` from now.
  Patience AtMost(std::chrono::milliseconds limit) const;

  bool Exhausted() const;
  // How long to sleep before looking at the cancel token again: up to 20 ms, 0 when exhausted.
  std::chrono::milliseconds Slice() const;
  // Until the sooner of deadline and limit; 0 when that is past.
  std::chrono::milliseconds Left() const;
  // Why the wait for `what` ended: CANCELLED, DEADLINE_EXCEEDED, or UNAVAILABLE when our own limit was reached.
  Error Failure(std::string_view what) const;

 private:
  MonotonicTime End() const { return std::min(deadline_, limit_); }
  bool Cancelled() const { return cancel_ && cancel_->cancelled(); }

  MonotonicTime deadline_ = MonotonicTime::max();
  MonotonicTime limit_ = MonotonicTime::max();
  std::shared_ptr<const CancelToken> cancel_;
};

}  // namespace argus::db
