#include "store/task_run_row.h"

#include "store/etag.h"
#include "store/origin.h"

namespace argus::store {

domain::TaskRunName TaskRunNameOf(const db::Row& row) {
  return {row.Text("project_id"), row.Int("rollout_id"), row.Int("task_id"), row.Int("id")};
}

Result<v1::TaskRun> ParseTaskRun(const db::Row& row) {
  v1::TaskRun run;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, run));
  run.set_name(TaskRunNameOf(row).ToString());
  run.set_state(ReadEnum<v1::TaskRun::State>(row, "state"));
  run.set_attempt(static_cast<std::int32_t>(row.Int("attempt")));
  run.set_creator(row.Text("creator"));
  run.set_rows_affected(row.Int("rows_affected"));
  run.set_statements_done(static_cast<std::int32_t>(row.Int("statements_done")));
  run.set_statements_total(static_cast<std::int32_t>(row.Int("statements_total")));
  run.set_proof(ReadEnum<v1::TaskRun::Proof>(row, "proof"));
  run.set_correlation_id(row.Text("correlation_id"));
  run.set_trace_id(ParseTraceparent(row.Text("traceparent")).trace_id);
  run.set_cancel_requested(row.Bool("cancel_requested"));
  ReadTime(row, "create_time", run, &v1::TaskRun::mutable_create_time);
  ReadTime(row, "start_time", run, &v1::TaskRun::mutable_start_time);
  ReadTime(row, "end_time", run, &v1::TaskRun::mutable_end_time);
  run.set_etag(EtagOf(row.Int("version")));
  return run;
}

db::Bytes TaskRunPayload(const v1::TaskRun& run) {
  using R = v1::TaskRun;
  return PayloadWithout(
      run, {R::kNameFieldNumber, R::kStateFieldNumber, R::kAttemptFieldNumber, R::kCreatorFieldNumber,
            R::kCreateTimeFieldNumber, R::kStartTimeFieldNumber, R::kEndTimeFieldNumber, R::kRowsAffectedFieldNumber,
            R::kStatementsDoneFieldNumber, R::kStatementsTotalFieldNumber, R::kProofFieldNumber,
            R::kCorrelationIdFieldNumber, R::kTraceIdFieldNumber, R::kCancelRequestedFieldNumber, R::kEtagFieldNumber});
}

}  // namespace argus::store
