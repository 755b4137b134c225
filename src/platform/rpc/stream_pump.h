// Drives a subscription for a transport: Next() on a worker, when woken and when the last message is out.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "platform/base/result.h"
#include "platform/rpc/call.h"
#include "platform/runtime/worker_pool.h"

namespace argus::rpc {

// A transport derives from it and says how to send. Thread-safe; must be held by a shared_ptr. Send() and Finish() are
// never called concurrently, Finish() at most once and last.
class StreamPump : public std::enable_shared_from_this<StreamPump> {
 public:
  // `call` holds an opened subscription; `workers` must outlive the pump.
  StreamPump(std::unique_ptr<Call> call, WorkerPool& workers) : call_(std::move(call)), workers_(workers) {}
  virtual ~StreamPump() = default;

  // Begins to pull. Call once; what was asked before takes effect now.
  void Begin();
  // The message given to Send() is out; the next may follow.
  void Sent();
  // Ends the stream with `error` as soon as nothing is being pulled or sent.
  void Stop(Error error);
  // The peer is gone: cancels the call and lets go of the subscription without Finish().
  void Abandon();

 protected:
  // Starts sending; Sent() is called when done, from any thread but not from inside.
  virtual void Send(const google::protobuf::Message& message) = 0;
  // Sends the end. A full worker queue makes it run on the thread that woke the stream.
  virtual void Finish(const Status& status) = 0;

  Call& call() { return *call_; }
  const Call& call() const { return *call_; }

 private:
  void Wake();
  void Schedule();
  void Pull();
  Result<StreamItem> PullOne();
  // Whether nothing is left to do; then the subscription is gone and the pump idle.
  bool Rest();
  bool Abandoned();
  void End(const Status& status);

  const std::unique_ptr<Call> call_;
  WorkerPool& workers_;
  std::mutex mutex_;
  bool busy_ = true;    // not begun, pulling, sending or finished: only the one who made it so goes on
  bool woken_ = false;  // since the last Next() began
  bool abandoned_ = false;
  std::optional<Error> stop_;
};

}  // namespace argus::rpc
