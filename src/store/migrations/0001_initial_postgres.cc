#include "store/migrations/migrations.h"

namespace argus::store {

const std::string_view kInitialPostgres = R"sql(
-- Times are microseconds since 1970 UTC; 0 is none. A version counts the changes of its row: the etag.

CREATE TABLE server_key (
  name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value BYTEA NOT NULL
);

-- Identity

CREATE TABLE user_account (
  login_id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  title         TEXT COLLATE "C" NOT NULL,
  email         TEXT COLLATE "C" NOT NULL,
  state         TEXT COLLATE "C" NOT NULL,
  password_hash TEXT COLLATE "C" NOT NULL,
  create_time   BIGINT NOT NULL,
  update_time   BIGINT NOT NULL,
  version       BIGINT NOT NULL
);

CREATE TABLE session (
  id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  login_id       TEXT COLLATE "C" NOT NULL REFERENCES user_account (login_id),
  create_time    BIGINT NOT NULL,
  last_used_time BIGINT NOT NULL,
  client_address TEXT COLLATE "C" NOT NULL,
  user_agent     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_login ON session (login_id);

CREATE TABLE session_token (
  hash        BYTEA NOT NULL PRIMARY KEY,
  kind        TEXT COLLATE "C" NOT NULL,
  session_id  TEXT COLLATE "C" NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  expire_time BIGINT NOT NULL,
  used        SMALLINT NOT NULL
);
CREATE INDEX session_token_owner ON session_token (session_id);

CREATE TABLE custom_role (
  role_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  payload BYTEA NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE user_group (
  group_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  title       TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL,
  create_time BIGINT NOT NULL,
  update_time BIGINT NOT NULL,
  version     BIGINT NOT NULL
);

CREATE TABLE user_group_member (
  group_id TEXT COLLATE "C" NOT NULL REFERENCES user_group (group_id) ON DELETE CASCADE,
  login_id TEXT COLLATE "C" NOT NULL REFERENCES user_account (login_id),
  PRIMARY KEY (group_id, login_id)
);
CREATE INDEX user_group_member_user ON user_group_member (login_id);

CREATE TABLE iam_policy (
  resource TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  version  BIGINT NOT NULL
);

CREATE TABLE iam_binding (
  resource TEXT COLLATE "C" NOT NULL,
  role     TEXT COLLATE "C" NOT NULL,
  member   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (resource, role, member)
);
CREATE INDEX iam_binding_member ON iam_binding (member);

-- Assets and settings

CREATE TABLE project (
  project_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  title       TEXT COLLATE "C" NOT NULL,
  state       TEXT COLLATE "C" NOT NULL,
  create_time BIGINT NOT NULL,
  update_time BIGINT NOT NULL,
  payload     BYTEA NOT NULL,
  version     BIGINT NOT NULL
);

CREATE TABLE setting (
  name        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  payload     TEXT COLLATE "C" NOT NULL,
  update_time BIGINT NOT NULL,
  version     BIGINT NOT NULL
);

CREATE TABLE instance (
  instance_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  title          TEXT COLLATE "C" NOT NULL,
  engine         TEXT COLLATE "C" NOT NULL,
  environment    TEXT COLLATE "C" NOT NULL,
  state          TEXT COLLATE "C" NOT NULL,
  password       TEXT COLLATE "C" NOT NULL,
  client_key     TEXT COLLATE "C" NOT NULL,
  engine_version TEXT COLLATE "C" NOT NULL,
  last_sync_time BIGINT NOT NULL,
  create_time    BIGINT NOT NULL,
  update_time    BIGINT NOT NULL,
  payload        BYTEA NOT NULL,
  version        BIGINT NOT NULL
);

-- project and environment are empty where the database has none of its own.
CREATE TABLE target_database (
  instance_id    TEXT COLLATE "C" NOT NULL REFERENCES instance (instance_id),
  database_id    TEXT COLLATE "C" NOT NULL,
  project        TEXT COLLATE "C" NOT NULL,
  environment    TEXT COLLATE "C" NOT NULL,
  present        SMALLINT NOT NULL,
  last_sync_time BIGINT NOT NULL,
  sync_error     TEXT COLLATE "C" NOT NULL,
  payload        BYTEA NOT NULL,
  version        BIGINT NOT NULL,
  PRIMARY KEY (instance_id, database_id)
);
CREATE INDEX target_database_project ON target_database (project, instance_id, database_id);

CREATE TABLE database_schema (
  instance_id TEXT COLLATE "C" NOT NULL,
  database_id TEXT COLLATE "C" NOT NULL,
  fingerprint TEXT COLLATE "C" NOT NULL,
  sync_time   BIGINT NOT NULL,
  payload     BYTEA NOT NULL,
  PRIMARY KEY (instance_id, database_id),
  FOREIGN KEY (instance_id, database_id) REFERENCES target_database (instance_id, database_id)
);

-- A blob without a sheet is an upload that is not published yet.
CREATE TABLE sheet_blob (
  id          BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  create_time BIGINT NOT NULL
);

CREATE TABLE sheet_chunk (
  blob_id BIGINT NOT NULL REFERENCES sheet_blob (id) ON DELETE CASCADE,
  number  BIGINT NOT NULL,
  data    BYTEA NOT NULL,
  PRIMARY KEY (blob_id, number)
);

CREATE TABLE sheet (
  project_id  TEXT COLLATE "C" NOT NULL REFERENCES project (project_id),
  sha256      TEXT COLLATE "C" NOT NULL,
  blob_id     BIGINT NOT NULL UNIQUE REFERENCES sheet_blob (id),
  size        BIGINT NOT NULL,
  creator     TEXT COLLATE "C" NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (project_id, sha256)
);

-- The change

CREATE TABLE plan (
  id          BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  project_id  TEXT COLLATE "C" NOT NULL REFERENCES project (project_id),
  title       TEXT COLLATE "C" NOT NULL,
  state       TEXT COLLATE "C" NOT NULL,
  creator     TEXT COLLATE "C" NOT NULL,
  create_time BIGINT NOT NULL,
  update_time BIGINT NOT NULL,
  payload     BYTEA NOT NULL,
  version     BIGINT NOT NULL
);
CREATE INDEX plan_project ON plan (project_id, id);

-- current is 0 for what a later round of checks has replaced.
CREATE TABLE plan_check_run (
  id             BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  project_id     TEXT COLLATE "C" NOT NULL,
  plan_id        BIGINT NOT NULL REFERENCES plan (id),
  current        SMALLINT NOT NULL,
  type           TEXT COLLATE "C" NOT NULL,
  state          TEXT COLLATE "C" NOT NULL,
  verdict        TEXT COLLATE "C" NOT NULL,
  target         TEXT COLLATE "C" NOT NULL,
  owner          TEXT COLLATE "C" NOT NULL,
  lease_until    BIGINT NOT NULL,
  attempt_token  TEXT COLLATE "C" NOT NULL,
  correlation_id TEXT COLLATE "C" NOT NULL,
  traceparent    TEXT COLLATE "C" NOT NULL,
  create_time    BIGINT NOT NULL,
  start_time     BIGINT NOT NULL,
  end_time       BIGINT NOT NULL,
  payload        BYTEA NOT NULL,
  version        BIGINT NOT NULL
);
CREATE INDEX plan_check_run_plan ON plan_check_run (plan_id, current, id);
CREATE INDEX plan_check_run_state ON plan_check_run (state, id);

CREATE TABLE issue (
  id              BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  project_id      TEXT COLLATE "C" NOT NULL REFERENCES project (project_id),
  plan_id         BIGINT NOT NULL REFERENCES plan (id),
  title           TEXT COLLATE "C" NOT NULL,
  state           TEXT COLLATE "C" NOT NULL,
  creator         TEXT COLLATE "C" NOT NULL,
  ticket          TEXT COLLATE "C" NOT NULL,
  approval_status TEXT COLLATE "C" NOT NULL,
  create_time     BIGINT NOT NULL,
  update_time     BIGINT NOT NULL,
  payload         BYTEA NOT NULL,
  version         BIGINT NOT NULL
);
CREATE INDEX issue_project ON issue (project_id, id);
CREATE INDEX issue_plan ON issue (plan_id, id);

CREATE TABLE issue_comment (
  id          BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  issue_id    BIGINT NOT NULL REFERENCES issue (id),
  content     TEXT COLLATE "C" NOT NULL,
  creator     TEXT COLLATE "C" NOT NULL,
  create_time BIGINT NOT NULL
);
CREATE INDEX issue_comment_issue ON issue_comment (issue_id, id);

CREATE TABLE rollout (
  id          BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  project_id  TEXT COLLATE "C" NOT NULL REFERENCES project (project_id),
  plan_id     BIGINT NOT NULL UNIQUE REFERENCES plan (id),
  title       TEXT COLLATE "C" NOT NULL,
  state       TEXT COLLATE "C" NOT NULL,
  creator     TEXT COLLATE "C" NOT NULL,
  create_time BIGINT NOT NULL,
  update_time BIGINT NOT NULL,
  start_time  BIGINT NOT NULL,
  end_time    BIGINT NOT NULL,
  payload     BYTEA NOT NULL,
  version     BIGINT NOT NULL
);
CREATE INDEX rollout_project ON rollout (project_id, id);
CREATE INDEX rollout_state ON rollout (state, id);

CREATE TABLE task (
  id          BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  project_id  TEXT COLLATE "C" NOT NULL,
  rollout_id  BIGINT NOT NULL REFERENCES rollout (id),
  stage       BIGINT NOT NULL,
  environment TEXT COLLATE "C" NOT NULL,
  sheet       TEXT COLLATE "C" NOT NULL,
  target      TEXT COLLATE "C" NOT NULL,
  state       TEXT COLLATE "C" NOT NULL,
  run_after   BIGINT NOT NULL,
  update_time BIGINT NOT NULL,
  payload     BYTEA NOT NULL,
  version     BIGINT NOT NULL
);
CREATE INDEX task_rollout ON task (rollout_id, stage, id);

CREATE TABLE task_run (
  id                BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  project_id        TEXT COLLATE "C" NOT NULL,
  rollout_id        BIGINT NOT NULL,
  task_id           BIGINT NOT NULL REFERENCES task (id),
  sheet             TEXT COLLATE "C" NOT NULL,
  target            TEXT COLLATE "C" NOT NULL,
  environment       TEXT COLLATE "C" NOT NULL,
  attempt           BIGINT NOT NULL,
  state             TEXT COLLATE "C" NOT NULL,
  run_after         BIGINT NOT NULL,
  cancel_requested  SMALLINT NOT NULL,
  owner             TEXT COLLATE "C" NOT NULL,
  lease_until       BIGINT NOT NULL,
  attempt_token     TEXT COLLATE "C" NOT NULL,
  backend_pid       BIGINT NOT NULL,
  backend_start     TEXT COLLATE "C" NOT NULL,
  system_identifier TEXT COLLATE "C" NOT NULL,
  timeline          TEXT COLLATE "C" NOT NULL,
  proof             TEXT COLLATE "C" NOT NULL,
  transaction_id    TEXT COLLATE "C" NOT NULL,
  rows_affected     BIGINT NOT NULL,
  statements_done   BIGINT NOT NULL,
  statements_total  BIGINT NOT NULL,
  creator           TEXT COLLATE "C" NOT NULL,
  correlation_id    TEXT COLLATE "C" NOT NULL,
  traceparent       TEXT COLLATE "C" NOT NULL,
  create_time       BIGINT NOT NULL,
  start_time        BIGINT NOT NULL,
  end_time          BIGINT NOT NULL,
  payload           BYTEA NOT NULL,
  version           BIGINT NOT NULL
);
CREATE INDEX task_run_task ON task_run (task_id, id);
CREATE INDEX task_run_state ON task_run (state, id);
CREATE INDEX task_run_rollout ON task_run (rollout_id, state);
-- No two changes at once on one database, whatever the program believes.
CREATE UNIQUE INDEX task_run_target ON task_run (target) WHERE state IN ('RUNNING', 'UNKNOWN');

CREATE TABLE task_run_log (
  run_id    BIGINT NOT NULL REFERENCES task_run (id),
  statement BIGINT NOT NULL,
  payload   BYTEA NOT NULL,
  PRIMARY KEY (run_id, statement)
);

CREATE TABLE revision (
  id          BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  instance_id TEXT COLLATE "C" NOT NULL,
  database_id TEXT COLLATE "C" NOT NULL,
  create_time BIGINT NOT NULL,
  payload     BYTEA NOT NULL
);
CREATE INDEX revision_database ON revision (instance_id, database_id, id);

CREATE TABLE changelog (
  id            BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  instance_id   TEXT COLLATE "C" NOT NULL,
  database_id   TEXT COLLATE "C" NOT NULL,
  schema_before TEXT COLLATE "C" NOT NULL,
  schema_after  TEXT COLLATE "C" NOT NULL,
  create_time   BIGINT NOT NULL,
  payload       BYTEA NOT NULL
);
CREATE INDEX changelog_database ON changelog (instance_id, database_id, id);
CREATE INDEX changelog_awaiting ON changelog (instance_id, database_id) WHERE schema_after = '';

-- Evidence and coordination

-- leaf is the canonical line; the other columns are an index over it. The id is ordered by time, so that the table can be
-- partitioned by range.
CREATE TABLE audit_log (
  id              BIGINT NOT NULL PRIMARY KEY,
  event_time      BIGINT NOT NULL,
  actor           TEXT COLLATE "C" NOT NULL,
  actor_ip        TEXT COLLATE "C" NOT NULL,
  action          TEXT COLLATE "C" NOT NULL,
  resource        TEXT COLLATE "C" NOT NULL,
  resource_type   TEXT COLLATE "C" NOT NULL,
  severity        BIGINT NOT NULL,
  response_status TEXT COLLATE "C" NOT NULL,
  correlation_id  TEXT COLLATE "C" NOT NULL,
  leaf            BYTEA NOT NULL
);
CREATE INDEX audit_log_time ON audit_log (event_time, id);
CREATE INDEX audit_log_resource ON audit_log (resource, id);
CREATE INDEX audit_log_correlation ON audit_log (correlation_id);
CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();

CREATE TABLE outbox (
  id          BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  replica     TEXT COLLATE "C" NOT NULL,
  topic       TEXT COLLATE "C" NOT NULL,
  resource    TEXT COLLATE "C" NOT NULL,
  version     BIGINT NOT NULL,
  create_time BIGINT NOT NULL
);
CREATE INDEX outbox_time ON outbox (create_time);

CREATE TABLE lease (
  name        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  owner       TEXT COLLATE "C" NOT NULL,
  epoch       BIGINT NOT NULL,
  expire_time BIGINT NOT NULL
);

CREATE TABLE request_id (
  actor        TEXT COLLATE "C" NOT NULL,
  method       TEXT COLLATE "C" NOT NULL,
  request_id   TEXT COLLATE "C" NOT NULL,
  request_hash TEXT COLLATE "C" NOT NULL,
  response     BYTEA NOT NULL,
  expire_time  BIGINT NOT NULL,
  PRIMARY KEY (actor, method, request_id)
);
CREATE INDEX request_id_expiry ON request_id (expire_time);
)sql";

}  // namespace argus::store
