// A collector under the test's hand.
#pragma once

#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "platform/telemetry/trace/exporter.h"

namespace argus::trace {

// What a test and the exporter that the tracer owns share.
class Collector {
 public:
  using OtlpSpan = opentelemetry::proto::trace::v1::Span;

  // The next answers; afterwards all is taken.
  void Answer(Delivery delivery) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(delivery));
  }
  // From now on a call waits until it is released or told to give up.
  void Hold(bool hold) {
    const std::lock_guard lock(mutex_);
    hold_ = hold;
    changed_.notify_all();
  }
  void AwaitCalls(int calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_ >= calls; });
  }
  int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  // The spans of batches that were taken.
  std::vector<OtlpSpan> spans() const {
    const std::lock_guard lock(mutex_);
    return spans_;
  }

  Delivery Take(const ExportRequest& request, const std::function<bool()>& give_up) {
    std::unique_lock lock(mutex_);
    ++calls_;
    changed_.notify_all();
    while (hold_ && !give_up()) changed_.wait_for(lock, std::chrono::milliseconds(5));
    if (hold_) return {.verdict = Delivery::Verdict::kAgain, .detail = "held"};
    Delivery answer;
    if (!answers_.empty()) {
      answer = answers_.front();
      answers_.pop_front();
    }
    if (answer.verdict == Delivery::Verdict::kTaken) {
      const auto& spans = request.resource_spans(0).scope_spans(0).spans();
      spans_.insert(spans_.end(), spans.begin(), spans.end());
    }
    return answer;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Delivery> answers_;
  std::vector<OtlpSpan> spans_;
  bool hold_ = false;
  int calls_ = 0;
};

class FakeExporter final : public Exporter {
 public:
  explicit FakeExporter(Collector& collector) : collector_(collector) {}
  Delivery Export(const ExportRequest& request, std::chrono::milliseconds,
                  const std::function<bool()>& give_up) override {
    return collector_.Take(request, give_up);
  }

 private:
  Collector& collector_;
};

}  // namespace argus::trace
