// What the metastore holds right now, as gauges. Every replica reads the same, so the largest value is the value.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "contract/contract.h"
#include "platform/base/clock.h"
#include "platform/telemetry/metrics/registry.h"
#include "store/gauge_store.h"
#include "store/task_run_store.h"

namespace argus::runner {

inline constexpr metrics::Family kTaskRunsNow{
    metrics::Type::kGauge,
    "argus_task_runs",
    "Task runs that wait, run, or whose outcome is unknown and must be decided.",
    {"state"},
    {},
    metrics::Replicas::kMax};
inline constexpr metrics::Family kOldestRunningRun{
    metrics::Type::kGauge,
    "argus_task_run_oldest_running_start_timestamp_seconds",
    "When the task run that runs longest was started, Unix time; 0: none runs.",
    {},
    {},
    metrics::Replicas::kMax};
inline constexpr metrics::Family kRolloutsNow{
    metrics::Type::kGauge,  "argus_rollouts", "Rollouts that can still go on, by state.", {"state"}, {},
    metrics::Replicas::kMax};
inline constexpr metrics::Family kOpenIssues{metrics::Type::kGauge,
                                             "argus_issues_open",
                                             "Open issues by the status of their approval.",
                                             {"approval_status"},
                                             {},
                                             metrics::Replicas::kMax};
inline constexpr metrics::Family kOldestPendingApproval{
    metrics::Type::kGauge,
    "argus_issue_oldest_pending_approval_timestamp_seconds",
    "When the approval that waits longest was asked for, Unix time; 0: none waits.",
    {},
    {},
    metrics::Replicas::kMax};
inline constexpr metrics::Family kLastAuditEntry{metrics::Type::kGauge,
                                                 "argus_audit_log_last_entry_timestamp_seconds",
                                                 "Time of the newest audit entry, Unix time; 0: there is none.",
                                                 {},
                                                 {},
                                                 metrics::Replicas::kMax};
inline constexpr metrics::Family kMetastoreUp{
    metrics::Type::kGauge, "argus_metastore_up",
    "1 if this replica reached the metastore at its last probe, else 0; the sum "
    "counts the replicas that did."};
inline constexpr metrics::Family kMetastoreLag{
    metrics::Type::kGauge,
    "argus_metastore_lag_seconds",
    "Round trip of the last probe of the metastore that was answered: a new connection and a statement.",
    {},
    {},
    metrics::Replicas::kMax};
inline constexpr metrics::Family kStandbys{metrics::Type::kGauge,
                                           "argus_metastore_standbys",
                                           "Standbys connected to the metastore's primary; 0 on SQLite.",
                                           {},
                                           {},
                                           metrics::Replicas::kMax};
inline constexpr metrics::Family kReplayLag{
    metrics::Type::kGauge,
    "argus_metastore_replay_lag_seconds",
    "Longest replay lag among the standbys; left out until one is seen, which takes the role pg_monitor.",
    {},
    {},
    metrics::Replicas::kMax};
inline constexpr metrics::Family kRefreshed{metrics::Type::kGauge,
                                            "argus_metastore_gauges_refreshed_timestamp_seconds",
                                            "When the gauges that are read from the metastore were last read, Unix "
                                            "time; they keep their values while it is down.",
                                            {},
                                            {},
                                            metrics::Replicas::kMax};
inline constexpr metrics::Family kCertificateExpiry{metrics::Type::kGauge,
                                                    "argus_certificate_expiry_timestamp_seconds",
                                                    "Earliest end of a certificate that an instance is configured "
                                                    "with, its client certificate or its authority, Unix time; "
                                                    "0: there is none.",
                                                    {"kind"},
                                                    {},
                                                    metrics::Replicas::kMax};
inline constexpr metrics::Family kFreeBytes{metrics::Type::kGauge,
                                            "argus_data_directory_free_bytes",
                                            "Space that the data directory's file system has left for this process.",
                                            {},
                                            {},
                                            metrics::Replicas::kMax};

inline constexpr metrics::Family kGaugeFamilies[] = {
    kTaskRunsNow,  kOldestRunningRun, kRolloutsNow, kOpenIssues, kOldestPendingApproval, kLastAuditEntry, kMetastoreUp,
    kMetastoreLag, kStandbys,         kReplayLag,   kRefreshed,  kCertificateExpiry,     kFreeBytes};

// Thread-safe. Every series but the replay lag's exists from the start.
class GaugeMetrics {
 public:
  // `registry` must outlive it.
  explicit GaugeMetrics(metrics::Registry& registry);

  void MetastoreDown() { up_.Set(0); }
  void MetastoreAnswered(std::chrono::nanoseconds round_trip);
  void Refreshed(Timestamp now);

  void TaskRuns(const std::vector<store::RunCount>& counts);
  void OldestRunningRun(std::optional<Timestamp> start);
  void Rollouts(const std::vector<store::StateCount<v1::Rollout::State>>& counts);
  void OpenIssues(const std::vector<store::StateCount<v1::Approval::Status>>& counts);
  void OldestPendingApproval(std::optional<Timestamp> since);
  void LastAuditEntry(std::optional<Timestamp> time);
  void Standbys(const store::Standbys& standbys);
  void CertificatesEnd(std::optional<Timestamp> client, std::optional<Timestamp> authority);
  void FreeBytes(double bytes);

 private:
  metrics::Registry& registry_;
  metrics::Gauge& up_;
};

}  // namespace argus::runner
