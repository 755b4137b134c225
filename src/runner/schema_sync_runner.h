// Keeps what Argus knows about target databases up to date: after each change, and every hour.
#pragma once

#include <chrono>
#include <map>
#include <memory>

#include "command/schema_sync.h"
#include "domain/resource_name.h"
#include "platform/runtime/runner_thread.h"
#include "platform/runtime/wakeup.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/trace/tracer.h"
#include "runner/metrics.h"
#include "store/metastore.h"

namespace argus::runner {

// What is due stands in the metastore (changelogs without a schema, the time of an instance's last sync), so that nothing is
// forgotten in a crash; Topic::kSchemaSync only says when to look. Of several replicas, the holder of a lease works. The
// references must outlive it. The thread runs from construction to destruction, which interrupts a sync under way.
class SchemaSyncRunner {
 public:
  // An instance whose last sync is older is read again.
  static constexpr std::chrono::minutes kMaxAge{60};
  // Changes that end within this time of a first one share its sync.
  static constexpr std::chrono::milliseconds kQuiet{500};

  SchemaSyncRunner(store::Metastore& metastore, const command::SchemaSync& sync, log::Logger& logger,
                   RunMetrics& metrics, const trace::Tracer& tracer = trace::Off());
  ~SchemaSyncRunner();

 private:
  void Run();
  Status Pass();
  Result<bool> HoldsLease(const RequestContext& ctx);
  void ReleaseLease();
  Status SyncAwaiting();
  Status SyncStale();
  void Sync(const domain::DatabaseName& database);
  void Sync(const v1::Instance& instance);
  RequestContext NewContext() const;

  store::Metastore& metastore_;
  const command::SchemaSync& sync_;
  log::Logger& logger_;
  RunMetrics& metrics_;
  const trace::Tracer& tracer_;
  const std::shared_ptr<CancelToken> stop_ = std::make_shared<CancelToken>();
  Wakeup stopping_;  // Cuts the quiet time short.

  // The thread's own.
  std::map<domain::DatabaseName, MonotonicTime> retry_at_;  // Databases whose last sync failed.
  Timestamp next_stale_pass_{};
  TraceContext trace_;  // of the wake-up

  PeriodicThread thread_;  // Uses all of the above.
  store::Notifier::Subscription subscription_;
};

}  // namespace argus::runner
