#include "platform/telemetry/trace/span_queue.h"

#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>
#include <pthread.h>

#include <algorithm>

#include "platform/telemetry/trace/otlp.h"

namespace argus::trace {
namespace {

using Monotonic = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::minutes kReportInterval{1};
// A collector may ask for patience, not for ever.
constexpr milliseconds kLongestRetryAfter{60'000};

}  // namespace

SpanQueue::SpanQueue(const Options& options, std::unique_ptr<Exporter> exporter)
    : options_(options), exporter_(std::move(exporter)), jitter_(std::random_device{}()), thread_([this] { Run(); }) {}

SpanQueue::~SpanQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_at_ = (Monotonic::now() + options_.flush_timeout).time_since_epoch().count();
  }
  ready_.notify_one();
  thread_.join();
}

void SpanQueue::Push(std::unique_ptr<SpanData> span) {
  bool full_batch = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() + under_way_ >= options_.queue_limit) {
      ++dropped_.queue_full;
      return;
    }
    queue_.push_back(std::move(span));
    ++accepted_;
    full_batch = queue_.size() == options_.batch_limit;
  }
  if (full_batch) ready_.notify_one();
}

bool SpanQueue::Flush(milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto until = accepted_;
  flush_until_ = std::max(flush_until_, until);
  ready_.notify_one();
  return settled_.wait_for(lock, timeout, [&] { return accounted_ >= until; });
}

Counters SpanQueue::counters() const {
  const std::lock_guard lock(mutex_);
  return {exported_, dropped_, queue_.size() + under_way_, options_.queue_limit};
}

void SpanQueue::Run() {
  pthread_setname_np(pthread_self(), "span_export");
  Batch batch;
  while (AwaitBatch(batch)) Deliver(batch);
}

// False when nothing is left and nothing will come.
bool SpanQueue::AwaitBatch(Batch& batch) {
  batch.clear();
  std::unique_lock lock(mutex_);
  const auto due = [this] {
    return stopping_ || queue_.size() >= options_.batch_limit || (flush_until_ > accounted_ && !queue_.empty());
  };
  do {
    ready_.wait_for(lock, options_.schedule_delay, due);
  } while (queue_.empty() && !stopping_);
  const auto count = std::min(queue_.size(), options_.batch_limit);
  std::move(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(batch));
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  under_way_ = count;
  return count > 0;
}

void SpanQueue::Deliver(const Batch& batch) {
  const auto request = ToOtlp(batch, options_.resource);
  auto delivery = Attempt(request);
  for (int attempt = 1; delivery.verdict == Delivery::Verdict::kAgain && attempt < options_.retry.attempts; ++attempt) {
    Report(delivery);
    if (!Pause(delivery, attempt)) break;
    delivery = Attempt(request);
  }
  Settle(batch, delivery);
  Report(delivery);
}

Delivery SpanQueue::Attempt(const ExportRequest& request) {
  if (TimeIsOver()) return {.verdict = Delivery::Verdict::kAgain, .detail = "the server stops"};
  return exporter_->Export(request, options_.export_timeout, [this] { return TimeIsOver(); });
}

// As long as the collector asked, or twice as long each time; false when the time to flush ends before.
bool SpanQueue::Pause(const Delivery& delivery, int attempt) {
  const auto doubled = std::min<std::int64_t>(options_.retry.initial.count() << std::min(attempt - 1, 20),
                                              options_.retry.longest.count());
  const double factor = std::uniform_real_distribution<>(0.8, 1.2)(jitter_);
  auto pause = milliseconds(static_cast<std::int64_t>(static_cast<double>(doubled) * factor));
  if (delivery.retry_after) pause = std::clamp(*delivery.retry_after, milliseconds(0), kLongestRetryAfter);
  const auto until = Monotonic::now() + pause;
  std::unique_lock lock(mutex_);
  ready_.wait_until(lock, until, [this] { return stopping_; });
  if (!stopping_) return true;
  const MonotonicTime give_up{MonotonicTime::duration(give_up_at_.load())};
  ready_.wait_until(lock, std::min(until, give_up), [] { return false; });
  return until < give_up;
}

void SpanQueue::Settle(const Batch& batch, const Delivery& delivery) {
  const std::lock_guard lock(mutex_);
  const auto rejected = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max<std::int64_t>(delivery.rejected, 0)),
                                                  0, batch.size());
  switch (delivery.verdict) {
    case Delivery::Verdict::kTaken:
      exported_ += batch.size() - rejected;
      dropped_.rejected += rejected;
      break;
    case Delivery::Verdict::kAgain:
      (TimeIsOver() || stopping_ ? dropped_.shutdown : dropped_.unavailable) += batch.size();
      break;
    case Delivery::Verdict::kRefused:
      dropped_.refused += batch.size();
      break;
  }
  accounted_ += batch.size();
  under_way_ = 0;
  settled_.notify_all();
}

void SpanQueue::Report(const Delivery& delivery) {
  const bool failed = !delivery.detail.empty();
  if (!options_.notice || (!failed && !failing_)) return;
  const auto now = Monotonic::now();
  if (failed && failing_ && now - last_report_ < kReportInterval) return;
  failing_ = failed;
  last_report_ = now;
  const auto dropped = counters().dropped;
  options_.notice({.working = !failed,
                   .detail = delivery.detail,
                   .dropped = dropped.queue_full + dropped.unavailable + dropped.refused + dropped.rejected +
                              dropped.shutdown});
}

bool SpanQueue::TimeIsOver() const { return Monotonic::now().time_since_epoch().count() >= give_up_at_.load(); }

}  // namespace argus::trace
