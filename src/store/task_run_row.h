// Task runs as rows; shared by the two halves of task_run_store.h.
#pragma once

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/row.h"
#include "store/sql_text.h"

namespace argus::store {

inline constexpr Sql kTaskRunColumns =
    "id, project_id, rollout_id, task_id, sheet, target, environment, attempt, state, cancel_requested,"
    " attempt_token, backend_pid, backend_start, system_identifier, timeline, proof, transaction_id, rows_affected,"
    " statements_done, statements_total, creator, correlation_id, traceparent, create_time, start_time, end_time,"
    " payload, version";

domain::TaskRunName TaskRunNameOf(const db::Row& row);
Result<v1::TaskRun> ParseTaskRun(const db::Row& row);
// Error, evidence, resolver and its reason, override reason.
db::Bytes TaskRunPayload(const v1::TaskRun& run);

}  // namespace argus::store
