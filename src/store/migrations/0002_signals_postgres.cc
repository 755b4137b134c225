#include "store/migrations/migrations.h"

namespace argus::store {

const std::string_view kSignalsPostgres = R"sql(
-- What the gauges count.
CREATE INDEX issue_open ON issue (approval_status, id) WHERE state = 'OPEN';

-- A task and a freeze window that it met, each kind ('BLOCKED', 'OVERRIDDEN') once.
CREATE TABLE freeze_violation (
  task        TEXT COLLATE "C" NOT NULL,
  kind        TEXT COLLATE "C" NOT NULL,
  start_time  BIGINT NOT NULL,
  end_time    BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (task, kind, start_time, end_time)
);
)sql";

}  // namespace argus::store
