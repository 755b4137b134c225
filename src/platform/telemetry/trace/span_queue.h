// The bounded queue of finished spans and the one thread that exports them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "platform/telemetry/trace/exporter.h"
#include "platform/telemetry/trace/span_data.h"
#include "platform/telemetry/trace/tracer.h"

namespace argus::trace {

// Thread-safe. Never holds more than Options::queue_limit spans, the batch under way included; Push never waits for the
// exporter.
class SpanQueue {
 public:
  SpanQueue(const Options& options, std::unique_ptr<Exporter> exporter);
  // Exports what is queued, for at most Options::flush_timeout; the rest is counted as dropped.
  ~SpanQueue();
  SpanQueue(const SpanQueue&) = delete;
  SpanQueue& operator=(const SpanQueue&) = delete;

  void Push(std::unique_ptr<SpanData> span);
  bool Flush(std::chrono::milliseconds timeout);
  Counters counters() const;

 private:
  using Batch = std::vector<std::unique_ptr<SpanData>>;

  void Run();
  bool AwaitBatch(Batch& batch);
  void Deliver(const Batch& batch);
  Delivery Attempt(const ExportRequest& request);
  bool Pause(const Delivery& delivery, int attempt);
  void Settle(const Batch& batch, const Delivery& delivery);
  void Report(const Delivery& delivery);
  bool TimeIsOver() const;

  const Options options_;
  const std::unique_ptr<Exporter> exporter_;

  mutable std::mutex mutex_;
  std::condition_variable ready_;    // enough for a batch, a flush, or stopping
  std::condition_variable settled_;  // accounted_ has moved
  std::deque<std::unique_ptr<SpanData>> queue_;
  std::size_t under_way_ = 0;
  std::uint64_t accepted_ = 0;   // spans ever taken in
  std::uint64_t accounted_ = 0;  // of those, exported or dropped
  std::uint64_t exported_ = 0;
  std::uint64_t flush_until_ = 0;  // value of accepted_ that a flush waits for
  DroppedSpans dropped_;
  bool stopping_ = false;
  std::atomic<MonotonicTime::rep> give_up_at_{MonotonicTime::max().time_since_epoch().count()};

  // The exporter thread's own.
  std::minstd_rand jitter_;
  bool failing_ = false;
  MonotonicTime last_report_ = MonotonicTime::min();
  std::thread thread_;
};

}  // namespace argus::trace
