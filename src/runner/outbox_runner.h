// Carries announcements between replicas: what another one committed is published here, and the others are told that there
// is something of ours to read.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "platform/db/listen.h"
#include "platform/runtime/runner_thread.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/trace/tracer.h"
#include "runner/metrics.h"
#include "store/metastore.h"
#include "store/outbox_store.h"

namespace argus::runner {

// For a metastore that several processes share (PostgreSQL). The references must outlive it; the thread runs from
// construction to destruction.
class OutboxRunner {
 public:
  // The slow poll beneath the notifications.
  static constexpr std::chrono::milliseconds kPollInterval{2000};

  OutboxRunner(store::Metastore& metastore, db::Notifier& wire, log::Logger& logger, RunMetrics& metrics,
               std::chrono::milliseconds poll_interval = kPollInterval, const trace::Tracer& tracer = trace::Off());
  ~OutboxRunner();

 private:
  void Run();
  Status Deliver(const RequestContext& ctx);
  void SubscribeToOwn();
  void TellOthers();

  store::Metastore& metastore_;
  db::Notifier& wire_;
  log::Logger& logger_;
  RunMetrics& metrics_;
  const trace::Tracer& tracer_;
  const std::shared_ptr<CancelToken> stop_ = std::make_shared<CancelToken>();
  std::optional<store::OutboxFeed> feed_;      // The thread's own.
  std::atomic<std::thread::id> delivering_{};  // Whoever publishes what others committed.
  PeriodicThread thread_;
  std::vector<store::Notifier::Subscription> own_;  // What this process commits.
  db::Notifier::Subscription others_;               // Hints of the others.
};

}  // namespace argus::runner
