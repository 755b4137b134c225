#include "app/metrics.h"

#include <chrono>
#include <utility>

#include "contract/services.h"

namespace argus::app {

void AddBuildMetrics(metrics::Registry& registry, std::string_view version, std::string_view git_commit, bool debug) {
  registry.GetGauge(kBuildInfo, {version, git_commit}).Set(1);
  registry.GetGauge(kDebugEnabled).Set(debug ? 1 : 0);
}

void AddPoolMetrics(metrics::Registry& registry, std::string_view name, const WorkerPool& pool) {
  registry.AddCallback(kPoolQueue, {name}, [&pool] { return static_cast<double>(pool.queue_length()); });
}

void AddConnectionMetrics(metrics::Registry& registry, const store::Metastore& metastore) {
  registry.AddCallback(kMetastoreConnections, {"used"},
                       [&metastore] { return static_cast<double>(metastore.pool_use().lent); });
  registry.AddCallback(kMetastoreConnections, {"idle"}, [&metastore] {
    const db::PoolUse use = metastore.pool_use();
    return static_cast<double>(use.open - use.lent);
  });
  registry.GetGauge(kMetastoreConnectionLimit).Set(static_cast<double>(metastore.pool_use().capacity));
}

void AddLogMetrics(metrics::Registry& registry, const log::Logger& logger) {
  static constexpr std::pair<std::string_view, log::Level> kLevels[] = {{"debug", log::Level::kDebug},
                                                                        {"info", log::Level::kInfo},
                                                                        {"warn", log::Level::kWarn},
                                                                        {"error", log::Level::kError}};
  for (const auto& [name, level] : kLevels) {
    registry.AddCallback(kLogRecords, {name}, [&logger, l = level] { return static_cast<double>(logger.lines(l)); });
  }
  registry.AddCallback(kLogDropped, [&logger] { return static_cast<double>(logger.dropped()); });
  registry.AddCallback(kLogWriteErrors, [&logger] { return static_cast<double>(logger.write_errors()); });
}

void AddSpanMetrics(metrics::Registry& registry, const trace::Tracer& tracer) {
  using trace::DroppedSpans;
  static constexpr std::pair<std::string_view, std::uint64_t DroppedSpans::*> kReasons[] = {
      {"queue_full", &DroppedSpans::queue_full},
      {"unavailable", &DroppedSpans::unavailable},
      {"refused", &DroppedSpans::refused},
      {"rejected", &DroppedSpans::rejected},
      {"shutdown", &DroppedSpans::shutdown}};
  registry.AddCallback(kSpansExported, [&tracer] { return static_cast<double>(tracer.counters().exported); });
  for (const auto& [name, reason] : kReasons) {
    registry.AddCallback(kSpansDropped, {name},
                         [&tracer, r = reason] { return static_cast<double>(tracer.counters().dropped.*r); });
  }
}

void KnowAuditActions(store::StoreMetrics& metrics) {
  for (const auto* service : contract::Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& action = contract::PolicyOf(*service->method(i)).audit_action();
      if (!action.empty()) metrics.KnowAction(action);
    }
  }
}

WorkerPool::OnBegin WaitObserver(metrics::Registry& registry, std::string_view pool) {
  auto& waits = registry.GetHistogram(kPoolWait, {pool});
  return [&waits](std::chrono::nanoseconds waited) { waits.Observe(std::chrono::duration<double>(waited).count()); };
}

}  // namespace argus::app
