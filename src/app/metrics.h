// What the composition root measures: facts of its parts that do not count themselves.
#pragma once

#include <string>
#include <string_view>

#include "platform/runtime/worker_pool.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/metrics/registry.h"
#include "platform/telemetry/trace/tracer.h"
#include "store/metastore.h"

namespace argus::app {

inline constexpr metrics::Family kBuildInfo{metrics::Type::kGauge,
                                            "argus_build_info",
                                            "1, with the version and the commit of this binary.",
                                            {"version", "git_commit"}};
inline constexpr metrics::Family kDebugEnabled{metrics::Type::kGauge,
                                               "argus_debug_enabled",
                                               "1 where the server runs with --debug, which is not for production.",
                                               {},
                                               {},
                                               metrics::Replicas::kMax};

inline constexpr metrics::Family kPoolQueue{metrics::Type::kGauge,
                                            "argus_worker_pool_queue_length",
                                            "Tasks that wait for a worker of the pool that requests are handled on.",
                                            {"pool"}};
inline constexpr metrics::Family kPoolWait{metrics::Type::kHistogram,
                                           "argus_worker_pool_wait_seconds",
                                           "Time that a task waited for a worker of the pool.",
                                           {"pool"},
                                           {0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}};

inline constexpr metrics::Family kMetastoreConnections{metrics::Type::kGauge,
                                                       "argus_metastore_connections",
                                                       "Open connections to the metastore, used and idle.",
                                                       {"state"}};
inline constexpr metrics::Family kMetastoreConnectionLimit{metrics::Type::kGauge, "argus_metastore_connections_limit",
                                                           "Connections to the metastore that may be open at once."};

inline constexpr metrics::Family kLogRecords{
    metrics::Type::kCounter, "argus_log_records_total", "Log lines given to the output, by level.", {"level"}};
inline constexpr metrics::Family kLogDropped{
    metrics::Type::kCounter, "argus_log_dropped_total",
    "Log lines that never reached the output: its queue was full or it failed."};
inline constexpr metrics::Family kLogWriteErrors{metrics::Type::kCounter, "argus_log_write_errors_total",
                                                 "Writes to the log's output that failed."};

inline constexpr metrics::Family kSpansExported{metrics::Type::kCounter, "argus_spans_exported_total",
                                                "Spans that the collector took."};
inline constexpr metrics::Family kSpansDropped{
    metrics::Type::kCounter,
    "argus_spans_dropped_total",
    "Spans that never reached the collector, by why: queue_full, unavailable, refused, rejected, shutdown.",
    {"reason"}};

inline constexpr metrics::Family kFamilies[] = {
    kBuildInfo,  kDebugEnabled, kPoolQueue,      kPoolWait,      kMetastoreConnections, kMetastoreConnectionLimit,
    kLogRecords, kLogDropped,   kLogWriteErrors, kSpansExported, kSpansDropped};

// Each once a registry; what is referred to must outlive the last scrape.
void AddBuildMetrics(metrics::Registry& registry, std::string_view version, std::string_view git_commit, bool debug);
void AddPoolMetrics(metrics::Registry& registry, std::string_view name, const WorkerPool& pool);
void AddConnectionMetrics(metrics::Registry& registry, const store::Metastore& metastore);
void AddLogMetrics(metrics::Registry& registry, const log::Logger& logger);
void AddSpanMetrics(metrics::Registry& registry, const trace::Tracer& tracer);

// Every action that a method of the contract declares.
void KnowAuditActions(store::StoreMetrics& metrics);

// For the pool's constructor.
WorkerPool::OnBegin WaitObserver(metrics::Registry& registry, std::string_view pool);

}  // namespace argus::app
