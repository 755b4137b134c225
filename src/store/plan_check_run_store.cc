#include "store/plan_check_run_store.h"

#include "platform/base/encoding.h"
#include "store/etag.h"
#include "store/list.h"
#include "store/row.h"
#include "store/sql_text.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr Sql kColumns =
    "id, project_id, plan_id, type, state, verdict, target, attempt_token, correlation_id, traceparent, create_time,"
    " start_time, end_time, payload, version";

constexpr db::Statement kCancelAll{"plan_check_run.cancel_all",
                                   "UPDATE plan_check_run SET state = 'CANCELED', end_time = :now, owner = '',"
                                   " attempt_token = '', version = version + 1 WHERE plan_id = :plan_id"
                                   " AND current = 1 AND state IN ('PENDING', 'RUNNING') RETURNING type"};
constexpr db::Statement kRetire{"plan_check_run.retire",
                                "UPDATE plan_check_run SET current = 0 WHERE plan_id = :plan_id AND current = 1"};
constexpr db::Statement kInsert{
    "plan_check_run.insert",
    "INSERT INTO plan_check_run (project_id, plan_id, current, type, state, verdict, target, owner, lease_until,"
    " attempt_token, correlation_id, traceparent, create_time, start_time, end_time, payload, version)"
    " VALUES (:project_id, :plan_id, 1, :type, 'PENDING', 'VERDICT_UNSPECIFIED', :target, '', 0, '', :correlation_id,"
    " :traceparent, :now, 0, 0, :payload, 1) RETURNING id"};
constexpr db::Statement kGet =
    Define<"plan_check_run.get", "SELECT " + kColumns +
                                     " FROM plan_check_run WHERE id = :id AND plan_id = :plan_id"
                                     " AND project_id = :project_id">;
constexpr db::Statement kCurrent =
    Define<"plan_check_run.current", "SELECT " + kColumns +
                                         " FROM plan_check_run WHERE plan_id = :plan_id AND project_id = :project_id"
                                         " AND current = 1 ORDER BY id">;
constexpr db::Statement kClaim = Define<
    "plan_check_run.claim",
    "UPDATE plan_check_run SET state = 'RUNNING', owner = :owner, lease_until = :lease_until, attempt_token = :token,"
    " start_time = :now, version = version + 1 WHERE state = 'PENDING' AND id = (SELECT id FROM plan_check_run"
    " WHERE state = 'PENDING' ORDER BY id LIMIT 1) RETURNING " +
        kColumns>;
constexpr db::Statement kRenew{"plan_check_run.renew",
                               "UPDATE plan_check_run SET lease_until = :lease_until WHERE id = :id"
                               " AND attempt_token = :token AND state = 'RUNNING'"};
constexpr db::Statement kFinish = Define<
    "plan_check_run.finish",
    "UPDATE plan_check_run SET state = :state, verdict = :verdict, payload = :payload, end_time = :now, owner = '',"
    " attempt_token = '', version = version + 1 WHERE id = :id AND attempt_token = :token AND state = 'RUNNING'"
    " RETURNING " +
        kColumns>;
constexpr db::Statement kCancel{"plan_check_run.cancel",
                                "UPDATE plan_check_run SET state = 'CANCELED', end_time = :now, owner = '',"
                                " attempt_token = '', version = version + 1 WHERE id = :id AND version = :version"
                                " AND state IN ('PENDING', 'RUNNING')"};
constexpr db::Statement kRequeue{
    "plan_check_run.requeue",
    "UPDATE plan_check_run SET state = 'PENDING', owner = '', attempt_token = '', start_time = 0,"
    " version = version + 1 WHERE state = 'RUNNING' AND lease_until < :now RETURNING id"};
constexpr db::Statement kCountPending{"plan_check_run.count_pending",
                                      "SELECT COUNT(*) AS total FROM plan_check_run WHERE state = 'PENDING'"};

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{"plan_check_run.list",
                               "plan_check_run.count",
                               kColumns.view(),
                               "plan_check_run",
                               {{"type", "type", kEnum, EnumValues(v1::PlanCheckRun::Type_descriptor())},
                                {"state", "state", kEnum, EnumValues(v1::PlanCheckRun::State_descriptor())},
                                {"verdict", "verdict", kEnum, EnumValues(v1::PlanCheckRun::Verdict_descriptor())},
                                {"target", "target", kKey}},
                               {{"id"}}};
  return shape;
}

domain::PlanCheckRunName NameOf(const db::Row& row) {
  return {row.Text("project_id"), row.Int("plan_id"), row.Int("id")};
}

Result<v1::PlanCheckRun> Parse(const db::Row& row) {
  v1::PlanCheckRun run;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, run));
  run.set_name(NameOf(row).ToString());
  run.set_type(ReadEnum<v1::PlanCheckRun::Type>(row, "type"));
  run.set_state(ReadEnum<v1::PlanCheckRun::State>(row, "state"));
  run.set_verdict(ReadEnum<v1::PlanCheckRun::Verdict>(row, "verdict"));
  run.set_target(row.Text("target"));
  ReadTime(row, "create_time", run, &v1::PlanCheckRun::mutable_create_time);
  ReadTime(row, "start_time", run, &v1::PlanCheckRun::mutable_start_time);
  ReadTime(row, "end_time", run, &v1::PlanCheckRun::mutable_end_time);
  run.set_etag(EtagOf(row.Int("version")));
  return run;
}

// Spec, sheet, results, error and summary.
db::Bytes Payload(const v1::PlanCheckRun& run) {
  using R = v1::PlanCheckRun;
  return PayloadWithout(run, {R::kNameFieldNumber, R::kTypeFieldNumber, R::kStateFieldNumber, R::kVerdictFieldNumber,
                              R::kTargetFieldNumber, R::kCreateTimeFieldNumber, R::kStartTimeFieldNumber,
                              R::kEndTimeFieldNumber, R::kEtagFieldNumber});
}

Result<v1::PlanCheckRun> InsertRun(Transaction& tx, const domain::PlanName& plan, v1::PlanCheckRun run) {
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsert, {{"project_id", plan.project},
                                                               {"plan_id", plan.plan},
                                                               {"type", EnumText(run.type())},
                                                               {"target", run.target()},
                                                               {"correlation_id", tx.ctx().correlation_id},
                                                               {"traceparent", FormatTraceparent(tx.ctx().trace)},
                                                               {"now", tx.now()},
                                                               {"payload", Payload(run)}}));
  run.set_name(domain::PlanCheckRunName{plan.project, plan.plan, rows.front().Int("id")}.ToString());
  run.set_state(v1::PlanCheckRun::PENDING);
  *run.mutable_create_time() = ToProto(tx.now());
  run.set_etag(EtagOf(1));
  tx.Announce(Topic::kPlanCheckRun, run.name(), 1);
  return run;
}

}  // namespace

Statements PlanCheckRunStatements() {
  return {kCancelAll, kRetire, kInsert, kGet, kCurrent, kClaim, kRenew, kFinish, kCancel, kRequeue, kCountPending};
}

Result<std::vector<v1::PlanCheckRun>> ReplacePlanCheckRuns(Transaction& tx, const domain::PlanName& plan,
                                                           std::vector<v1::PlanCheckRun> runs,
                                                           std::vector<v1::PlanCheckRun::Type>* canceled) {
  ARGUS_ASSIGN(const auto rows, tx.ExecReturning(kCancelAll, {{"plan_id", plan.plan}, {"now", tx.now()}}));
  for (const db::Row& row : rows) {
    if (canceled != nullptr) canceled->push_back(ReadEnum<v1::PlanCheckRun::Type>(row, "type"));
  }
  tx.Exec(kRetire, {{"plan_id", plan.plan}});
  for (v1::PlanCheckRun& run : runs) {
    ARGUS_ASSIGN(run, InsertRun(tx, plan, std::move(run)));
  }
  tx.Announce(Topic::kPlan, plan.ToString());
  return runs;
}

Result<v1::PlanCheckRun> GetPlanCheckRun(Reader& reader, const domain::PlanCheckRunName& name) {
  const db::Params params{{"id", name.run}, {"plan_id", name.plan}, {"project_id", name.project}};
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, params, name.ToString()));
  return Parse(row);
}

Result<Page<v1::PlanCheckRun>> ListPlanCheckRuns(Reader& reader, const domain::PlanName& plan, const ListQuery& query) {
  const ListScope scope{"plan_id = :plan_id AND project_id = :project_id AND current = 1",
                        {{"plan_id", plan.plan}, {"project_id", plan.project}}};
  return List<v1::PlanCheckRun>(reader, Shape(), scope, query, Parse);
}

Result<std::vector<v1::PlanCheckRun>> CurrentPlanCheckRuns(Reader& reader, const domain::PlanName& plan) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kCurrent, {{"plan_id", plan.plan}, {"project_id", plan.project}}));
  return ParseRows<v1::PlanCheckRun>(rows, Parse);
}

Result<std::optional<ClaimedCheck>> ClaimPlanCheckRun(Transaction& tx, const std::string& owner,
                                                      Timestamp lease_until) {
  ARGUS_ASSIGN(
      const db::Rows rows,
      tx.ExecReturning(kClaim,
                       {{"owner", owner}, {"lease_until", lease_until}, {"token", RandomHex(16)}, {"now", tx.now()}}));
  if (rows.empty()) return std::optional<ClaimedCheck>();
  const db::Row& row = rows.front();
  ARGUS_ASSIGN(auto run, Parse(row));
  tx.Announce(Topic::kPlan, NameOf(row).Plan().ToString());
  return std::optional(ClaimedCheck{NameOf(row),
                                    std::move(run),
                                    {row.Int("id"), row.Text("attempt_token")},
                                    {row.Text("correlation_id"), ParseTraceparent(row.Text("traceparent"))}});
}

void RenewPlanCheckRun(Transaction& tx, const RunToken& token, Timestamp lease_until) {
  tx.Exec(kRenew, {{"id", token.id}, {"token", token.token}, {"lease_until", lease_until}}, Guard::kOwner);
}

Result<v1::PlanCheckRun> FinishPlanCheckRun(Transaction& tx, const RunToken& token, v1::PlanCheckRun run) {
  ARGUS_ASSIGN(const db::Row row, tx.ExecReturningOne(kFinish,
                                                      {{"id", token.id},
                                                       {"token", token.token},
                                                       {"state", EnumText(run.state())},
                                                       {"verdict", EnumText(run.verdict())},
                                                       {"now", tx.now()},
                                                       {"payload", Payload(run)}},
                                                      Guard::kOwner));
  tx.Announce(Topic::kPlan, NameOf(row).Plan().ToString());
  return Parse(row);
}

Result<v1::PlanCheckRun> CancelPlanCheckRun(Transaction& tx, v1::PlanCheckRun run) {
  ARGUS_ASSIGN(const auto name, domain::PlanCheckRunName::Parse(run.name()));
  const std::int64_t version = VersionOf(run.etag());
  tx.Exec(kCancel, {{"id", name.run}, {"version", version}, {"now", tx.now()}}, Guard::kVersion);
  run.set_state(v1::PlanCheckRun::CANCELED);
  *run.mutable_end_time() = ToProto(tx.now());
  run.set_etag(EtagOf(version + 1));
  tx.Announce(Topic::kPlan, name.Plan().ToString());
  return run;
}

Result<std::int64_t> RequeueExpiredPlanCheckRuns(Transaction& tx) {
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kRequeue, {{"now", tx.lease_now()}}));
  if (!rows.empty()) tx.Announce(Topic::kPlanCheckRun, "");
  return static_cast<std::int64_t>(rows.size());
}

Result<std::int64_t> CountPendingPlanCheckRuns(Reader& reader) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kCountPending, {}));
  return rows.front().Int("total");
}

}  // namespace argus::store
