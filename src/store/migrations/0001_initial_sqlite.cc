#include "store/migrations/migrations.h"

namespace argus::store {

const std::string_view kInitialSqlite = R"sql(
-- Times are microseconds since 1970 UTC; 0 is none. A version counts the changes of its row: the etag.

CREATE TABLE server_key (
  name  TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;

-- Identity

CREATE TABLE user_account (
  login_id      TEXT NOT NULL PRIMARY KEY,
  title         TEXT NOT NULL,
  email         TEXT NOT NULL,
  state         TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  create_time   INTEGER NOT NULL,
  update_time   INTEGER NOT NULL,
  version       INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  id             TEXT NOT NULL PRIMARY KEY,
  login_id       TEXT NOT NULL REFERENCES user_account (login_id),
  create_time    INTEGER NOT NULL,
  last_used_time INTEGER NOT NULL,
  client_address TEXT NOT NULL,
  user_agent     TEXT NOT NULL
) STRICT;
CREATE INDEX session_login ON session (login_id);

CREATE TABLE session_token (
  hash        BLOB NOT NULL PRIMARY KEY,
  kind        TEXT NOT NULL,
  session_id  TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  expire_time INTEGER NOT NULL,
  used        INTEGER NOT NULL
) STRICT;
CREATE INDEX session_token_owner ON session_token (session_id);

CREATE TABLE custom_role (
  role_id TEXT NOT NULL PRIMARY KEY,
  payload BLOB NOT NULL,
  version INTEGER NOT NULL
) STRICT;

CREATE TABLE user_group (
  group_id    TEXT NOT NULL PRIMARY KEY,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  version     INTEGER NOT NULL
) STRICT;

CREATE TABLE user_group_member (
  group_id TEXT NOT NULL REFERENCES user_group (group_id) ON DELETE CASCADE,
  login_id TEXT NOT NULL REFERENCES user_account (login_id),
  PRIMARY KEY (group_id, login_id)
) STRICT;
CREATE INDEX user_group_member_user ON user_group_member (login_id);

CREATE TABLE iam_policy (
  resource TEXT NOT NULL PRIMARY KEY,
  version  INTEGER NOT NULL
) STRICT;

CREATE TABLE iam_binding (
  resource TEXT NOT NULL,
  role     TEXT NOT NULL,
  member   TEXT NOT NULL,
  PRIMARY KEY (resource, role, member)
) STRICT;
CREATE INDEX iam_binding_member ON iam_binding (member);

-- Assets and settings

CREATE TABLE project (
  project_id  TEXT NOT NULL PRIMARY KEY,
  title       TEXT NOT NULL,
  state       TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  payload     BLOB NOT NULL,
  version     INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
  name        TEXT NOT NULL PRIMARY KEY,
  payload     TEXT NOT NULL,
  update_time INTEGER NOT NULL,
  version     INTEGER NOT NULL
) STRICT;

CREATE TABLE instance (
  instance_id    TEXT NOT NULL PRIMARY KEY,
  title          TEXT NOT NULL,
  engine         TEXT NOT NULL,
  environment    TEXT NOT NULL,
  state          TEXT NOT NULL,
  password       TEXT NOT NULL,
  client_key     TEXT NOT NULL,
  engine_version TEXT NOT NULL,
  last_sync_time INTEGER NOT NULL,
  create_time    INTEGER NOT NULL,
  update_time    INTEGER NOT NULL,
  payload        BLOB NOT NULL,
  version        INTEGER NOT NULL
) STRICT;

-- project and environment are empty where the database has none of its own.
CREATE TABLE target_database (
  instance_id    TEXT NOT NULL REFERENCES instance (instance_id),
  database_id    TEXT NOT NULL,
  project        TEXT NOT NULL,
  environment    TEXT NOT NULL,
  present        INTEGER NOT NULL,
  last_sync_time INTEGER NOT NULL,
  sync_error     TEXT NOT NULL,
  payload        BLOB NOT NULL,
  version        INTEGER NOT NULL,
  PRIMARY KEY (instance_id, database_id)
) STRICT;
CREATE INDEX target_database_project ON target_database (project, instance_id, database_id);

CREATE TABLE database_schema (
  instance_id TEXT NOT NULL,
  database_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  sync_time   INTEGER NOT NULL,
  payload     BLOB NOT NULL,
  PRIMARY KEY (instance_id, database_id),
  FOREIGN KEY (instance_id, database_id) REFERENCES target_database (instance_id, database_id)
) STRICT;

-- A blob without a sheet is an upload that is not published yet.
CREATE TABLE sheet_blob (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  create_time INTEGER NOT NULL
) STRICT;

CREATE TABLE sheet_chunk (
  blob_id INTEGER NOT NULL REFERENCES sheet_blob (id) ON DELETE CASCADE,
  number  INTEGER NOT NULL,
  data    BLOB NOT NULL,
  PRIMARY KEY (blob_id, number)
) STRICT;

CREATE TABLE sheet (
  project_id  TEXT NOT NULL REFERENCES project (project_id),
  sha256      TEXT NOT NULL,
  blob_id     INTEGER NOT NULL UNIQUE REFERENCES sheet_blob (id),
  size        INTEGER NOT NULL,
  creator     TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (project_id, sha256)
) STRICT;

-- The change

CREATE TABLE plan (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  TEXT NOT NULL REFERENCES project (project_id),
  title       TEXT NOT NULL,
  state       TEXT NOT NULL,
  creator     TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  payload     BLOB NOT NULL,
  version     INTEGER NOT NULL
) STRICT;
CREATE INDEX plan_project ON plan (project_id, id);

-- current is 0 for what a later round of checks has replaced.
CREATE TABLE plan_check_run (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id     TEXT NOT NULL,
  plan_id        INTEGER NOT NULL REFERENCES plan (id),
  current        INTEGER NOT NULL,
  type           TEXT NOT NULL,
  state          TEXT NOT NULL,
  verdict        TEXT NOT NULL,
  target         TEXT NOT NULL,
  owner          TEXT NOT NULL,
  lease_until    INTEGER NOT NULL,
  attempt_token  TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  traceparent    TEXT NOT NULL,
  create_time    INTEGER NOT NULL,
  start_time     INTEGER NOT NULL,
  end_time       INTEGER NOT NULL,
  payload        BLOB NOT NULL,
  version        INTEGER NOT NULL
) STRICT;
CREATE INDEX plan_check_run_plan ON plan_check_run (plan_id, current, id);
CREATE INDEX plan_check_run_state ON plan_check_run (state, id);

CREATE TABLE issue (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id      TEXT NOT NULL REFERENCES project (project_id),
  plan_id         INTEGER NOT NULL REFERENCES plan (id),
  title           TEXT NOT NULL,
  state           TEXT NOT NULL,
  creator         TEXT NOT NULL,
  ticket          TEXT NOT NULL,
  approval_status TEXT NOT NULL,
  create_time     INTEGER NOT NULL,
  update_time     INTEGER NOT NULL,
  payload         BLOB NOT NULL,
  version         INTEGER NOT NULL
) STRICT;
CREATE INDEX issue_project ON issue (project_id, id);
CREATE INDEX issue_plan ON issue (plan_id, id);

CREATE TABLE issue_comment (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id    INTEGER NOT NULL REFERENCES issue (id),
  content     TEXT NOT NULL,
  creator     TEXT NOT NULL,
  create_time INTEGER NOT NULL
) STRICT;
CREATE INDEX issue_comment_issue ON issue_comment (issue_id, id);

CREATE TABLE rollout (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  TEXT NOT NULL REFERENCES project (project_id),
  plan_id     INTEGER NOT NULL UNIQUE REFERENCES plan (id),
  title       TEXT NOT NULL,
  state       TEXT NOT NULL,
  creator     TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  start_time  INTEGER NOT NULL,
  end_time    INTEGER NOT NULL,
  payload     BLOB NOT NULL,
  version     INTEGER NOT NULL
) STRICT;
CREATE INDEX rollout_project ON rollout (project_id, id);
CREATE INDEX rollout_state ON rollout (state, id);

CREATE TABLE task (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  TEXT NOT NULL,
  rollout_id  INTEGER NOT NULL REFERENCES rollout (id),
  stage       INTEGER NOT NULL,
  environment TEXT NOT NULL,
  sheet       TEXT NOT NULL,
  target      TEXT NOT NULL,
  state       TEXT NOT NULL,
  run_after   INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  payload     BLOB NOT NULL,
  version     INTEGER NOT NULL
) STRICT;
CREATE INDEX task_rollout ON task (rollout_id, stage, id);

CREATE TABLE task_run (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id        TEXT NOT NULL,
  rollout_id        INTEGER NOT NULL,
  task_id           INTEGER NOT NULL REFERENCES task (id),
  sheet             TEXT NOT NULL,
  target            TEXT NOT NULL,
  environment       TEXT NOT NULL,
  attempt           INTEGER NOT NULL,
  state             TEXT NOT NULL,
  run_after         INTEGER NOT NULL,
  cancel_requested  INTEGER NOT NULL,
  owner             TEXT NOT NULL,
  lease_until       INTEGER NOT NULL,
  attempt_token     TEXT NOT NULL,
  backend_pid       INTEGER NOT NULL,
  backend_start     TEXT NOT NULL,
  system_identifier TEXT NOT NULL,
  timeline          TEXT NOT NULL,
  proof             TEXT NOT NULL,
  transaction_id    TEXT NOT NULL,
  rows_affected     INTEGER NOT NULL,
  statements_done   INTEGER NOT NULL,
  statements_total  INTEGER NOT NULL,
  creator           TEXT NOT NULL,
  correlation_id    TEXT NOT NULL,
  traceparent       TEXT NOT NULL,
  create_time       INTEGER NOT NULL,
  start_time        INTEGER NOT NULL,
  end_time          INTEGER NOT NULL,
  payload           BLOB NOT NULL,
  version           INTEGER NOT NULL
) STRICT;
CREATE INDEX task_run_task ON task_run (task_id, id);
CREATE INDEX task_run_state ON task_run (state, id);
CREATE INDEX task_run_rollout ON task_run (rollout_id, state);
-- No two changes at once on one database, whatever the program believes.
CREATE UNIQUE INDEX task_run_target ON task_run (target) WHERE state IN ('RUNNING', 'UNKNOWN');

CREATE TABLE task_run_log (
  run_id    INTEGER NOT NULL REFERENCES task_run (id),
  statement INTEGER NOT NULL,
  payload   BLOB NOT NULL,
  PRIMARY KEY (run_id, statement)
) STRICT;

CREATE TABLE revision (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL,
  database_id TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  payload     BLOB NOT NULL
) STRICT;
CREATE INDEX revision_database ON revision (instance_id, database_id, id);

CREATE TABLE changelog (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id   TEXT NOT NULL,
  database_id   TEXT NOT NULL,
  schema_before TEXT NOT NULL,
  schema_after  TEXT NOT NULL,
  create_time   INTEGER NOT NULL,
  payload       BLOB NOT NULL
) STRICT;
CREATE INDEX changelog_database ON changelog (instance_id, database_id, id);
CREATE INDEX changelog_awaiting ON changelog (instance_id, database_id) WHERE schema_after = '';

-- Evidence and coordination

-- leaf is the canonical line; the other columns are an index over it. The id is ordered by time, so that the table can be
-- partitioned by range.
CREATE TABLE audit_log (
  id              INTEGER NOT NULL PRIMARY KEY,
  event_time      INTEGER NOT NULL,
  actor           TEXT NOT NULL,
  actor_ip        TEXT NOT NULL,
  action          TEXT NOT NULL,
  resource        TEXT NOT NULL,
  resource_type   TEXT NOT NULL,
  severity        INTEGER NOT NULL,
  response_status TEXT NOT NULL,
  correlation_id  TEXT NOT NULL,
  leaf            BLOB NOT NULL
) STRICT;
CREATE INDEX audit_log_time ON audit_log (event_time, id);
CREATE INDEX audit_log_resource ON audit_log (resource, id);
CREATE INDEX audit_log_correlation ON audit_log (correlation_id);
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;

CREATE TABLE outbox (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  replica     TEXT NOT NULL,
  topic       TEXT NOT NULL,
  resource    TEXT NOT NULL,
  version     INTEGER NOT NULL,
  create_time INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_time ON outbox (create_time);

CREATE TABLE lease (
  name        TEXT NOT NULL PRIMARY KEY,
  owner       TEXT NOT NULL,
  epoch       INTEGER NOT NULL,
  expire_time INTEGER NOT NULL
) STRICT;

CREATE TABLE request_id (
  actor        TEXT NOT NULL,
  method       TEXT NOT NULL,
  request_id   TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  response     BLOB NOT NULL,
  expire_time  INTEGER NOT NULL,
  PRIMARY KEY (actor, method, request_id)
) STRICT;
CREATE INDEX request_id_expiry ON request_id (expire_time);

-- Ids start at 101.
INSERT INTO sqlite_sequence (name, seq) VALUES
  ('sheet_blob', 100),
  ('plan', 100),
  ('plan_check_run', 100),
  ('issue', 100),
  ('issue_comment', 100),
  ('rollout', 100),
  ('task', 100),
  ('task_run', 100),
  ('revision', 100),
  ('changelog', 100),
  ('outbox', 100);
)sql";

}  // namespace argus::store
