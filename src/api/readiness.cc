#include "api/readiness.h"

#include <utility>

#include "api/log_events.h"

namespace argus::api {
namespace {

constexpr std::chrono::milliseconds kInterval{1000};
constexpr std::chrono::milliseconds kTimeout{500};
constexpr std::chrono::milliseconds kOverdue{900};  // a probe that does not even keep its timeout

}  // namespace

Readiness::Readiness(store::Metastore& metastore, log::Logger& logger)
    : metastore_(metastore),
      clock_(metastore.clock()),
      logger_(logger),
      metastore_ok_(metastore.Ping(kTimeout).ok()),
      answered_at_(clock_.Monotonic()),
      prober_("readiness", kInterval, [this] { Probe(); }) {}

void Readiness::SetListener(Listener listener) {
  const std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
  published_ = ready();
  if (listener_) listener_(published_);
}

void Readiness::StartDrain() {
  draining_.store(true, std::memory_order_release);
  Publish();
}

std::vector<HealthCheck> Readiness::Checks() const {
  const MonotonicTime now = clock_.Monotonic();
  const auto age = now - answered_at_.load(std::memory_order_acquire);
  return {{"metastore", MetastoreOk(now), age}, {"not_draining", !draining()}};
}

bool Readiness::MetastoreOk(MonotonicTime now) const {
  const auto asked_at = asked_at_.load(std::memory_order_acquire);
  const bool overdue = asked_at < now && now - asked_at > kOverdue;
  return metastore_ok_.load(std::memory_order_acquire) && !overdue;
}

void Readiness::Probe() {
  asked_at_.store(clock_.Monotonic(), std::memory_order_release);
  const Status status = metastore_.Ping(kTimeout);
  const bool was_ok = metastore_ok_.exchange(status.ok(), std::memory_order_acq_rel);
  answered_at_.store(clock_.Monotonic(), std::memory_order_release);
  asked_at_.store(MonotonicTime::max(), std::memory_order_release);
  if (was_ok && !status.ok()) logger_.Log({}, events::kNotReady, status.error());
  if (!was_ok && status.ok()) logger_.Log({}, events::kReady);
  Publish();
}

void Readiness::Publish() {
  const std::lock_guard lock(mutex_);
  if (published_ == ready()) return;
  published_ = !published_;
  if (listener_) listener_(published_);
}

}  // namespace argus::api
