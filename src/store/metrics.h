// What the metastore's waist counts: audit entries and statements.
#pragma once

#include <string_view>

#include "audit/entry.h"
#include "platform/db/database.h"
#include "platform/telemetry/metrics/registry.h"

namespace argus::store {

inline constexpr metrics::Family kAuditEntries{
    metrics::Type::kCounter,
    "argus_audit_log_entry_total",
    "Audit entries committed, by action and by how the act came out (ok, denied, error).",
    {"action", "status"}};
inline constexpr metrics::Family kQueryDuration{
    metrics::Type::kHistogram,
    "argus_metastore_query_duration_seconds",
    "Time of one statement on the metastore, by its name, failed ones included.",
    {"statement"},
    {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}};
inline constexpr metrics::Family kQueryFailures{metrics::Type::kCounter, "argus_metastore_query_failed_total",
                                                "Statements on the metastore that failed."};

inline constexpr metrics::Family kFamilies[] = {kAuditEntries, kQueryDuration, kQueryFailures};

// Thread-safe.
class StoreMetrics {
 public:
  // `registry` must outlive it.
  explicit StoreMetrics(metrics::Registry& registry)
      : registry_(registry), query_failures_(registry.GetCounter(kQueryFailures)) {}

  // From now on the action's series exist.
  void KnowAction(std::string_view action);
  void EntryCommitted(std::string_view action, audit::ResponseStatus status);
  void StatementEnded(const db::StatementEvent& event);

 private:
  metrics::Registry& registry_;
  metrics::Counter& query_failures_;
};

}  // namespace argus::store
