#include "store/gauge_store.h"

#include <algorithm>

#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kOpenRollouts{
    "rollout.count_open",
    "SELECT state, COUNT(*) AS total FROM rollout WHERE state IN ('NOT_STARTED', 'RUNNING', 'PAUSED', 'FAILED')"
    " GROUP BY state"};
constexpr db::Statement kOpenIssues{
    "issue.count_open",
    "SELECT approval_status AS state, COUNT(*) AS total FROM issue WHERE state = 'OPEN' GROUP BY approval_status"};
constexpr db::Statement kOldestRunning{
    "task_run.oldest_running", "SELECT COALESCE(MIN(start_time), 0) AS time FROM task_run WHERE state = 'RUNNING'"};
constexpr db::Statement kPendingApprovals{
    "issue.pending_approvals",
    "SELECT payload FROM issue WHERE state = 'OPEN' AND approval_status = 'PENDING' ORDER BY id LIMIT 1000"};
constexpr db::Statement kLastAuditEntry{"audit_log.last_time",
                                        "SELECT COALESCE(MAX(event_time), 0) AS time FROM audit_log"};
constexpr db::Statement kInstances{"instance.tls_configs", "SELECT payload FROM instance WHERE state = 'ACTIVE'"};
// PostgreSQL only, so not among those that a test prepares on both. The lag is NULL for one that has caught up.
constexpr db::Statement kStandbys{
    "standby.count",
    "SELECT COUNT(*) AS connected, COUNT(replay_lsn) AS readable,"
    " CAST(COALESCE(MAX(EXTRACT(EPOCH FROM replay_lag)), 0) * 1000000 AS BIGINT) AS lag FROM pg_stat_replication"};

template <typename State>
Result<std::vector<StateCount<State>>> Counts(Reader& reader, const db::Statement& statement) {
  ARGUS_ASSIGN(const auto rows, reader.Query(statement, {}));
  std::vector<StateCount<State>> counts;
  for (const auto& row : rows) counts.push_back({ReadEnum<State>(row, "state"), row.Int("total")});
  return counts;
}

Result<std::optional<Timestamp>> TimeOf(Reader& reader, const db::Statement& statement) {
  ARGUS_ASSIGN(const auto rows, reader.Query(statement, {}));
  const db::Row& row = rows.front();
  return row.Int("time") == 0 ? std::nullopt : std::optional(row.Time("time"));
}

}  // namespace

Statements GaugeStatements() {
  return {kOpenRollouts, kOpenIssues, kOldestRunning, kPendingApprovals, kLastAuditEntry, kInstances};
}

Result<std::vector<StateCount<v1::Rollout::State>>> CountOpenRollouts(Reader& reader) {
  return Counts<v1::Rollout::State>(reader, kOpenRollouts);
}

Result<std::vector<StateCount<v1::Approval::Status>>> CountOpenIssues(Reader& reader) {
  return Counts<v1::Approval::Status>(reader, kOpenIssues);
}

Result<std::optional<Timestamp>> OldestRunningSince(Reader& reader) { return TimeOf(reader, kOldestRunning); }

Result<std::optional<Timestamp>> LastAuditEntryTime(Reader& reader) { return TimeOf(reader, kLastAuditEntry); }

Result<std::optional<Timestamp>> OldestApprovalPendingSince(Reader& reader) {
  ARGUS_ASSIGN(const auto rows, reader.Query(kPendingApprovals, {}));
  std::optional<Timestamp> oldest;
  for (const auto& row : rows) {
    v1::Issue issue;
    ARGUS_RETURN_IF_ERROR(ReadPayload(row, issue));
    const Timestamp since = FromProto(issue.approval().pending_time());
    oldest = std::min(oldest.value_or(since), since);
  }
  return oldest;
}

Result<std::vector<v1::TlsConfig>> InstanceTlsConfigs(Reader& reader) {
  ARGUS_ASSIGN(const auto rows, reader.Query(kInstances, {}));
  return ParseRows<v1::TlsConfig>(rows, [](const db::Row& row) -> Result<v1::TlsConfig> {
    v1::Instance instance;
    ARGUS_RETURN_IF_ERROR(ReadPayload(row, instance));
    return instance.tls();
  });
}

Result<Standbys> ReadStandbys(Metastore& metastore, const RequestContext& ctx) {
  if (metastore.dialect() != db::Dialect::kPostgres) return Standbys{};
  auto reader = metastore.Read(ctx);
  ARGUS_ASSIGN(const auto rows, reader.Query(kStandbys, {}));
  const db::Row& row = rows.front();
  Standbys standbys{.connected = row.Int("connected"), .replay_lag = {}};
  if (row.Int("readable") > 0) standbys.replay_lag = std::chrono::microseconds(row.Int("lag"));
  return standbys;
}

}  // namespace argus::store
