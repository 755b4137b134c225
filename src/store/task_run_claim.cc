// The half of task_run_store.h that a run's holder uses: claim, intent, lease, log and end.
#include "platform/base/encoding.h"
#include "store/etag.h"
#include "store/statements.h"
#include "store/task_run_row.h"
#include "store/task_run_store.h"

namespace argus::store {
namespace {

constexpr db::Statement kClaim =
    Define<"task_run.claim",
           "UPDATE task_run SET state = 'RUNNING', owner = :owner, lease_until = :lease_until,"
           " attempt_token = :token, start_time = :now, version = version + 1 WHERE state = 'PENDING'"
           " AND id = (SELECT r.id FROM task_run r JOIN rollout o ON o.id = r.rollout_id WHERE r.state = 'PENDING'"
           " AND r.run_after <= :now AND o.state <> 'PAUSED' AND r.id NOT IN (:except) AND NOT EXISTS (SELECT 1"
           " FROM task_run b WHERE b.target = r.target AND b.state IN ('RUNNING', 'UNKNOWN')) ORDER BY r.id LIMIT 1)"
           " RETURNING " +
               kTaskRunColumns>;
constexpr db::Statement kNextRunAfter{"task_run.next_run_after",
                                      "SELECT MIN(run_after) AS due FROM task_run WHERE state = 'PENDING'"};
constexpr db::Statement kRecordIntent{
    "task_run.record_intent",
    "UPDATE task_run SET backend_pid = :backend_pid, backend_start = :backend_start,"
    " system_identifier = :system_identifier, timeline = :timeline, proof = :proof, transaction_id = :transaction_id,"
    " statements_total = :statements_total WHERE id = :id AND attempt_token = :token AND state = 'RUNNING'"};
constexpr db::Statement kRecordTransaction{"task_run.record_transaction",
                                           "UPDATE task_run SET transaction_id = :transaction_id WHERE id = :id"
                                           " AND attempt_token = :token AND state = 'RUNNING'"};
constexpr db::Statement kRenew{"task_run.renew",
                               "UPDATE task_run SET lease_until = :lease_until WHERE id = :id"
                               " AND attempt_token = :token AND state = 'RUNNING'"};
constexpr db::Statement kCountProgress{
    "task_run.count_progress",
    "UPDATE task_run SET rows_affected = rows_affected + :rows, statements_done = statements_done + :statements"
    " WHERE id = :id AND attempt_token = :token AND state = 'RUNNING'"};
constexpr db::Statement kInsertLog{
    "task_run.insert_log",
    "INSERT INTO task_run_log (run_id, statement, payload) VALUES (:run_id, :statement, :payload)"};
constexpr db::Statement kFinish =
    Define<"task_run.finish",
           "UPDATE task_run SET state = :state, rows_affected = :rows_affected, statements_done = :statements_done,"
           " payload = :payload, end_time = :end_time, owner = '', lease_until = 0, attempt_token = '',"
           " version = version + 1 WHERE id = :id AND attempt_token = :token AND state = 'RUNNING' RETURNING " +
               kTaskRunColumns>;
constexpr db::Statement kExpired{"task_run.expired",
                                 "SELECT id, project_id, rollout_id, task_id FROM task_run WHERE state = 'RUNNING'"
                                 " AND lease_until < :time ORDER BY id"};
constexpr db::Statement kTakeOver = Define<
    "task_run.take_over",
    "UPDATE task_run SET owner = :owner, lease_until = :lease_until, attempt_token = :token, version = version + 1"
    " WHERE id = :id AND state = 'RUNNING' AND lease_until < :now RETURNING " +
        kTaskRunColumns>;

Intent ParseIntent(const db::Row& row) {
  return {row.Int("backend_pid"),
          row.Text("backend_start"),
          row.Text("system_identifier"),
          row.Text("timeline"),
          ReadEnum<v1::TaskRun::Proof>(row, "proof"),
          row.Text("transaction_id"),
          static_cast<std::int32_t>(row.Int("statements_total"))};
}

// The claimed run in `rows`, if there is one.
Result<std::optional<ClaimedRun>> ParseClaim(Transaction& tx, const db::Rows& rows) {
  if (rows.empty()) return std::optional<ClaimedRun>();
  const db::Row& row = rows.front();
  ClaimedRun claimed;
  claimed.name = TaskRunNameOf(row);
  ARGUS_ASSIGN(claimed.run, ParseTaskRun(row));
  claimed.token = {row.Int("id"), row.Text("attempt_token")};
  ARGUS_ASSIGN(claimed.sheet, domain::SheetName::Parse(row.Text("sheet")));
  ARGUS_ASSIGN(claimed.target, domain::DatabaseName::Parse(row.Text("target")));
  claimed.environment = row.Text("environment");
  claimed.origin = {row.Text("correlation_id"), ParseTraceparent(row.Text("traceparent"))};
  claimed.intent = ParseIntent(row);
  tx.Announce(Topic::kRollout, claimed.name.Task().Rollout().ToString());
  return std::optional(std::move(claimed));
}

// Never empty: `NOT IN` an empty list would match nothing.
std::vector<db::Value> Except(const std::vector<std::int64_t>& ids) {
  std::vector<db::Value> values{std::int64_t{0}};
  values.insert(values.end(), ids.begin(), ids.end());
  return values;
}

void CountProgress(Transaction& tx, const RunToken& token, std::span<const v1::TaskRunLog::Entry> entries) {
  std::int64_t rows = 0;
  std::int64_t statements = 0;
  for (const auto& entry : entries) {
    if (entry.has_error()) continue;
    rows += entry.rows_affected();
    ++statements;
  }
  tx.Exec(kCountProgress, {{"id", token.id}, {"token", token.token}, {"rows", rows}, {"statements", statements}},
          Guard::kOwner);
}

}  // namespace

Statements TaskRunClaimStatements() {
  return {kClaim,         kNextRunAfter, kRecordIntent, kRecordTransaction, kRenew,
          kCountProgress, kInsertLog,    kFinish,       kExpired,           kTakeOver};
}

Result<std::optional<ClaimedRun>> ClaimNext(Transaction& tx, const ClaimRequest& request) {
  // Two replicas that claim runs of one target at once: the index on the target lets one of them try again.
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kClaim,
                                                     {{"owner", request.owner},
                                                      {"lease_until", request.lease_until},
                                                      {"token", RandomHex(16)},
                                                      {"now", tx.now()},
                                                      {"except", Except(request.except)}},
                                                     Guard::kContendedKey));
  return ParseClaim(tx, rows);
}

Result<std::optional<Timestamp>> NextRunAfter(Reader& reader) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kNextRunAfter, {}));
  return rows.front().IsNull("due") ? std::nullopt : std::optional(rows.front().Time("due"));
}

void RecordIntent(Transaction& tx, const RunToken& token, const Intent& intent) {
  tx.Exec(kRecordIntent,
          {{"id", token.id},
           {"token", token.token},
           {"backend_pid", intent.backend_pid},
           {"backend_start", intent.backend_start},
           {"system_identifier", intent.system_identifier},
           {"timeline", intent.timeline},
           {"proof", EnumText(intent.proof)},
           {"transaction_id", intent.transaction_id},
           {"statements_total", std::int64_t{intent.statements_total}}},
          Guard::kOwner);
}

void RecordTransactionId(Transaction& tx, const RunToken& token, const std::string& transaction_id) {
  tx.Exec(kRecordTransaction, {{"id", token.id}, {"token", token.token}, {"transaction_id", transaction_id}},
          Guard::kOwner);
}

void RenewLease(Transaction& tx, const RunToken& token, Timestamp lease_until) {
  tx.Exec(kRenew, {{"id", token.id}, {"token", token.token}, {"lease_until", lease_until}}, Guard::kOwner);
}

void AppendLog(Transaction& tx, const RunToken& token, std::span<const v1::TaskRunLog::Entry> entries) {
  CountProgress(tx, token, entries);
  for (const auto& entry : entries) {
    tx.Exec(kInsertLog, {{"run_id", token.id},
                         {"statement", std::int64_t{entry.statement()}},
                         {"payload", db::Bytes{entry.SerializeAsString()}}});
  }
}

Result<v1::TaskRun> FinishTaskRun(Transaction& tx, const RunToken& token, v1::TaskRun outcome) {
  const Timestamp end = outcome.state() == v1::TaskRun::UNKNOWN ? Timestamp() : tx.now();
  ARGUS_ASSIGN(const db::Row row, tx.ExecReturningOne(kFinish,
                                                      {{"id", token.id},
                                                       {"token", token.token},
                                                       {"state", EnumText(outcome.state())},
                                                       {"rows_affected", outcome.rows_affected()},
                                                       {"statements_done", std::int64_t{outcome.statements_done()}},
                                                       {"payload", TaskRunPayload(outcome)},
                                                       {"end_time", end}},
                                                      Guard::kOwner));
  const auto name = TaskRunNameOf(row);
  tx.Announce(Topic::kRollout, name.Task().Rollout().ToString());
  tx.Announce(Topic::kTaskRun, name.ToString(), row.Int("version"));
  return ParseTaskRun(row);
}

Result<std::vector<domain::TaskRunName>> ListExpired(Reader& reader, Timestamp time) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kExpired, {{"time", time}}));
  return ParseRows<domain::TaskRunName>(
      rows, [](const db::Row& row) -> Result<domain::TaskRunName> { return TaskRunNameOf(row); });
}

Result<std::optional<ClaimedRun>> TakeOver(Transaction& tx, const domain::TaskRunName& name, const std::string& owner,
                                           Timestamp lease_until) {
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kTakeOver, {{"id", name.run},
                                                                 {"owner", owner},
                                                                 {"lease_until", lease_until},
                                                                 {"token", RandomHex(16)},
                                                                 {"now", tx.lease_now()}}));
  return ParseClaim(tx, rows);
}

}  // namespace argus::store
