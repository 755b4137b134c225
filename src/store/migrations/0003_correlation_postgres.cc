#include "store/migrations/migrations.h"

namespace argus::store {

const std::string_view kCorrelationPostgres = R"sql(
-- The trace in which the entry was written; empty where nothing was traced.
ALTER TABLE audit_log ADD COLUMN trace_id TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX task_run_correlation ON task_run (correlation_id);
CREATE INDEX plan_check_run_correlation ON plan_check_run (correlation_id);
)sql";

}  // namespace argus::store
