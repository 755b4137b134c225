// The handler's side of a server stream.
#pragma once

#include <functional>
#include <utility>

#include "platform/base/result.h"
#include "platform/rpc/method.h"
#include "platform/runtime/context.h"

namespace argus::rpc {

// What Next() found: a message, nothing yet, or the end.
struct StreamItem {
  MessagePtr message;
  bool end = false;

  static StreamItem Of(MessagePtr message) { return {std::move(message), false}; }
  static StreamItem Idle() { return {}; }
  static StreamItem End() { return {nullptr, true}; }
};

// Driven by one caller at a time. Next() runs on a worker, only when the stream was woken and its socket is writable;
// it must not wait for something to happen.
class Subscription {
 public:
  virtual ~Subscription() = default;

  // An error ends the stream with that error.
  virtual Result<StreamItem> Next(RequestContext& context) = 0;

  // Called once, before the first Next(). After Next() said Idle, `wake` is to be called when there may be more. `wake`
  // may be called from any thread, at any time (even inside Next() or after destruction), needlessly too; it does not
  // block. The caller must hold no lock that Next() or the destructor takes.
  virtual void SetWake(std::function<void()> wake) = 0;
};

}  // namespace argus::rpc
