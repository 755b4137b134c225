#include "platform/rpc/stream_pump.h"

#include <exception>
#include <utility>

#include "platform/base/reasons.h"

namespace argus::rpc {

constexpr std::chrono::seconds kPatience{60};  // For one pull, which may ask the metastore.

void StreamPump::Begin() {
  call_->subscription()->SetWake([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Wake();
  });
  Schedule();
}

void StreamPump::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    if (busy_ || abandoned_) return;
    busy_ = true;
  }
  Schedule();
}

void StreamPump::Sent() { Schedule(); }

void StreamPump::Stop(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (!stop_) stop_ = std::move(error);
  }
  Wake();
}

void StreamPump::Abandon() {
  call_->context().cancel->Cancel();
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    if (busy_) return;  // Whoever is busy lets go of the subscription.
    busy_ = true;
  }
  call_->subscription().reset();
}

// Requires busy_, which stays set.
void StreamPump::Schedule() {
  if (workers_.TrySubmit([self = shared_from_this()] { self->Pull(); }, kPatience)) return;
  End(Error(Code::kUnavailable, reasons::kOverloaded, "the server is busy").WithRetryAfter(std::chrono::seconds(1)));
}

void StreamPump::Pull() {
  do {
    if (Abandoned()) return;
    auto item = PullOne();
    if (!item.ok()) return End(std::move(item).error());
    if (item->end) return End(Ok());
    if (item->message) return Send(*item->message);
  } while (!Rest());
}

Result<StreamItem> StreamPump::PullOne() {
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return *stop_;
    woken_ = false;
  }
  try {
    return call_->subscription()->Next(call_->context());
  } catch (const std::exception& e) {
    return Error(Code::kInternal, reasons::kInternal, "the server failed to answer").WithCause(e.what());
  }
}

bool StreamPump::Rest() {
  const std::lock_guard lock(mutex_);
  if (woken_ || abandoned_) return false;
  busy_ = false;
  return true;
}

bool StreamPump::Abandoned() {
  {
    const std::lock_guard lock(mutex_);
    if (!abandoned_) return false;
  }
  call_->subscription().reset();
  return true;
}

// busy_ stays set, so nothing follows.
void StreamPump::End(const Status& status) {
  if (Abandoned()) return;
  call_->subscription().reset();
  Finish(status);
}

}  // namespace argus::rpc
