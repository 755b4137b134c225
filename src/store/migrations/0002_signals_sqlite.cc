#include "store/migrations/migrations.h"

namespace argus::store {

const std::string_view kSignalsSqlite = R"sql(
-- What the gauges count.
CREATE INDEX issue_open ON issue (approval_status, id) WHERE state = 'OPEN';

-- A task and a freeze window that it met, each kind ('BLOCKED', 'OVERRIDDEN') once.
CREATE TABLE freeze_violation (
  task        TEXT NOT NULL,
  kind        TEXT NOT NULL,
  start_time  INTEGER NOT NULL,
  end_time    INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (task, kind, start_time, end_time)
) STRICT;
)sql";

}  // namespace argus::store
