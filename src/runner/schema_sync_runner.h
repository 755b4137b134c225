// Keeps what Argus knows about target databases up to date: after each change, and every hour.
#pragma once

#include <chrono>
#include <mutex>
#include <set>

#include "command/schema_sync.h"
#include "domain/resource_name.h"
#include "platform/runtime/runner_thread.h"
#include "platform/telemetry/log/logger.h"
#include "store/metastore.h"

namespace argus::runner {

// Thread-safe. The references must outlive it. The thread runs from construction to destruction, which waits for the
// database under way but not for those behind it.
class SchemaSyncRunner {
 public:
  // An instance whose last sync is older is read again, by whichever replica looks first.
  static constexpr std::chrono::minutes kMaxAge{60};

  SchemaSyncRunner(store::Metastore& metastore, const command::SchemaSync& sync, log::Logger& logger);
  ~SchemaSyncRunner();

  // Syncs the database soon; returns at once. Requests for one database before its turn count as one.
  void Request(const domain::DatabaseName& database);

 private:
  void Run();
  void SyncRequested();
  void SyncStale();
  void Sync(const RequestContext& ctx, const v1::Instance& instance);
  std::set<domain::DatabaseName> TakeRequested();
  RequestContext NewContext() const;

  store::Metastore& metastore_;
  const command::SchemaSync& sync_;
  log::Logger& logger_;
  const std::shared_ptr<CancelToken> stop_ = std::make_shared<CancelToken>();
  Timestamp next_pass_{};  // The thread's own.

  std::mutex mutex_;
  std::set<domain::DatabaseName> requested_;
  PeriodicThread thread_;                        // Uses all of the above.
  store::Notifier::Subscription subscription_;  // Topic::kSchemaSync
};

}  // namespace argus::runner
