#include "store/metrics.h"

#include <chrono>

namespace argus::store {

void StoreMetrics::KnowAction(std::string_view action) {
  using enum audit::ResponseStatus;
  for (const auto status : {kOk, kDenied, kError}) registry_.GetCounter(kAuditEntries, {action, StatusName(status)});
}

void StoreMetrics::EntryCommitted(std::string_view action, audit::ResponseStatus status) {
  registry_.GetCounter(kAuditEntries, {action, StatusName(status)}).Increment();
}

void StoreMetrics::StatementEnded(const db::StatementEvent& event) {
  registry_.GetHistogram(kQueryDuration, {event.name}).Observe(std::chrono::duration<double>(event.duration).count());
  if (!event.ok) query_failures_.Increment();
}

}  // namespace argus::store
