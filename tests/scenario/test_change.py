"""A change on its way from idea to committed row: on both metastores, on both engines."""
import pytest
from argus_server import ApiError, Change, wait_for

ENGINES = ["SQLITE", "POSTGRES"]


@pytest.fixture(params=ENGINES)
def target(request, demo, target_of):
    return target_of(demo, request.param)


def unique(prefix, counter=[0]):
    counter[0] += 1
    return f"{prefix}_{counter[0]}"


def test_a_change_goes_from_plan_to_committed_row(demo, target):
    table = unique("gift")
    change = Change(demo.login("alice"), "projects/play",
                    f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, note TEXT);\nINSERT INTO {table} VALUES (1, 'a;b'), (2, 'c');",
                    target.name)
    assert {run["verdict"] for run in change.checks()} == {"SUCCESS"}
    assert change.open_issue()["approval"]["status"] == "PENDING"
    assert change.approve(demo.login("bob"))["approval"]["status"] == "APPROVED"
    change.start(demo.login("carol"))
    assert change.wait()["state"] == "DONE"

    assert [str(v) for row in target.rows(f"SELECT count(*) FROM {table}") for v in row] == ["2"]
    run = change.latest_run()
    assert (run["state"], run["attempt"], run["statementsDone"], run["rowsAffected"]) == ("DONE", 1, 2, "2")
    assert run["proof"] == "MARKER"
    log = demo.login("carol").get(f"/v1/{run['name']}/log")["entries"]
    assert [(e["statement"], e["position"]["line"], e["rowsAffected"]) for e in log] == [(1, 1, "0"), (2, 2, "2")]
    assert log[1]["summary"] == f"INSERT INTO {table} VALUES (?, ?), (?, ?)"
    assert demo.login("alice").get(f"/v1/{change.issue['name']}")["state"] == "DONE"
    revisions = demo.login("dave").get(f"/v1/{target.name}/revisions")["revisions"]
    assert revisions[0]["taskRun"] == run["name"]


def test_the_schema_follows_the_change(demo, target):
    table = unique("shelf")
    change = Change(demo.login("alice"), "projects/play", f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)", target.name)
    change.approve(demo.login("bob"))
    change.start(demo.login("carol"))
    change.wait("DONE")
    viewer = demo.login("dave")

    def tables():
        schema = viewer.get(f"/v1/{target.name}/schema")
        return [t["name"] for s in schema["schemas"] for t in s["tables"]]
    wait_for(lambda: table in tables())


def test_a_failing_statement_leaves_nothing_behind_and_says_where(demo, target):
    table = unique("halfway")
    change = Change(demo.login("alice"), "projects/play",
                    f"CREATE TABLE {table} (id INTEGER PRIMARY KEY);\n  INSERT INTO {table} VALUES (1);\n"
                    f"INSERT INTO {table} VALUES (1);", target.name)
    change.approve(demo.login("bob"))
    change.start(demo.login("carol"))
    assert change.wait()["state"] == "FAILED"
    run = change.latest_run()
    assert run["state"] == "FAILED"
    assert run["error"]["reason"] == "STATEMENT_FAILED"
    assert run["error"]["statement"] == 3
    assert run["error"]["position"]["line"] == 3
    catalogue = "sqlite_master" if "dev/" in target.name else "pg_tables"
    column = "name" if "dev/" in target.name else "tablename"
    assert target.rows(f"SELECT 1 FROM {catalogue} WHERE {column} = '{table}'") == []


def test_a_failed_task_runs_again_as_a_new_attempt(demo, target):
    wanted, blocked = unique("wanted"), unique("blocked")
    author, owner, runner = demo.login("alice"), demo.login("bob"), demo.login("carol")
    change = Change(author, "projects/play", f"INSERT INTO {wanted} VALUES (7)", target.name)
    if {r["verdict"] for r in change.checks()} & {"ERROR"}:
        return  # This engine's check found out beforehand that the table is missing.
    change.approve(owner)
    change.start(runner)
    assert change.wait()["state"] == "FAILED"
    helper = Change(author, "projects/play", f"CREATE TABLE {wanted} (id INTEGER PRIMARY KEY)", target.name, title=blocked)
    helper.approve(owner)
    helper.start(runner)
    assert helper.wait()["state"] == "DONE"
    task = change.tasks()[0]["name"]
    runner.post(f"/v1/{change.rollout['name']}/tasks:batchRun", {"tasks": [task]})
    assert change.wait("DONE")["state"] == "DONE"
    assert change.latest_run()["attempt"] == 2


def test_scripts_are_split_as_the_engine_does(demo, target_of):
    target = target_of(demo, "POSTGRES")
    change = Change(demo.login("alice"), "projects/play", (
        "\ufeffCREATE FUNCTION twice(i integer) RETURNS integer AS $body$ BEGIN RETURN i * 2; END; $body$ LANGUAGE plpgsql;\r\n"
        "/* a /* nested; */ comment; */\r\n"
        "CREATE FUNCTION thrice(i integer) RETURNS integer BEGIN ATOMIC SELECT CASE WHEN i > 0 THEN i * 3 ELSE 0 END; END;\r\n"
        "SELECT E'it\\'s; fine', twice(2), thrice(3);\r\n"), target.name)
    change.approve(demo.login("bob"))
    change.start(demo.login("carol"))
    assert change.wait()["state"] == "DONE"
    assert change.latest_run()["statementsDone"] == 3
    assert target.rows("SELECT twice(4), thrice(4)") == [("8", "12")]


def test_sqlite_triggers_are_one_statement(demo, target_of):
    target = target_of(demo, "SQLITE")
    table = unique("audited")
    change = Change(demo.login("alice"), "projects/play", (
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, n INTEGER);\n"
        f"CREATE TRIGGER {table}_t AFTER INSERT ON {table} BEGIN\n  UPDATE {table} SET n = 1 WHERE id = NEW.id; SELECT 1; END;\n"
        f"INSERT INTO {table} (id) VALUES (5);"), target.name)
    change.approve(demo.login("bob"))
    change.start(demo.login("carol"))
    assert change.wait()["state"] == "DONE"
    assert target.rows(f"SELECT n FROM {table}") == [(1,)]


def test_stages_follow_the_environments(demo):
    table = unique("staged")
    targets = [f"instances/{e}/databases/shop" for e in ("prod", "dev", "staging")]
    change = Change(demo.login("alice"), "projects/play", f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)", *targets)
    change.approve(demo.login("bob"))
    change.start(demo.login("carol"))
    rollout = change.wait()
    assert rollout["state"] == "DONE"
    assert [s["environment"] for s in rollout["stages"]] == ["environments/dev", "environments/staging", "environments/prod"]
    starts = [change.latest_run(i)["startTime"] for i in range(3)]
    ends = [change.latest_run(i)["endTime"] for i in range(3)]
    assert ends[0] <= starts[1] and ends[1] <= starts[2]


def test_files_run_in_order_on_each_database(demo, target):
    table = unique("ordered")
    change = Change(demo.login("alice"), "projects/play",
                    [f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)", f"ALTER TABLE {table} ADD COLUMN a INTEGER",
                     f"ALTER TABLE {table} ADD COLUMN b INTEGER"], target.name)
    change.checks()
    change.approve(demo.login("bob"))
    change.start(demo.login("carol"))
    assert change.wait()["state"] == "DONE"


def test_checks_find_errors_with_line_and_column(demo, target):
    change = Change(demo.login("alice"), "projects/play", "SELECT 1;\n  SELEC 2;", target.name)
    syntax = next(run for run in change.checks() if run["type"] == "SYNTAX")
    assert syntax["verdict"] == "ERROR"
    finding = next(r for r in syntax["results"] if r["verdict"] == "ERROR")
    assert finding["position"] == {"line": 2, "column": 3}


def test_review_rules_are_heard(demo, target):
    table = unique("bare")
    change = Change(demo.login("alice"), "projects/play", f"CREATE TABLE {table} (id INTEGER);\nDELETE FROM {table};", target.name)
    review = next(run for run in change.checks() if run["type"] == "REVIEW")
    assert {r["code"] for r in review["results"] if r["verdict"] != "SUCCESS"} == {
        "TABLE_REQUIRE_PK", "STATEMENT_WHERE_REQUIRE_UPDATE_DELETE"}


def test_gates_hold_until_someone_else_approves(demo, target):
    author = demo.login("carol")
    change = Change(author, "projects/play", f"CREATE TABLE {unique('own')} (id INTEGER PRIMARY KEY)", target.name)
    change.open_issue()
    with pytest.raises(ApiError) as refused:
        change.start(author)
    assert (refused.value.http, refused.value.reason) == (400, "GATE_CLOSED")
    assert "waits for approval" in refused.value.message
    with pytest.raises(ApiError) as refused:
        change.approve(author)
    assert refused.value.http in (403, 404)
    change.approve(demo.login("bob"))
    author.post(f"/v1/{change.rollout['name']}:start")
    assert change.wait()["state"] == "DONE"


def test_changing_the_sql_voids_the_approval(demo, target):
    author, owner = demo.login("alice"), demo.login("bob")
    change = Change(author, "projects/play", f"CREATE TABLE {unique('first')} (id INTEGER PRIMARY KEY)", target.name)
    change.approve(owner)
    other = Change(author, "projects/play", f"CREATE TABLE {unique('second')} (id INTEGER PRIMARY KEY)", target.name)
    author.patch(f"/v1/{change.plan['name']}", {"specs": other.plan["specs"]}, updateMask="specs")
    issue = wait_for(lambda: (i := author.get(f"/v1/{change.issue['name']}"))["approval"]["status"] == "PENDING" and i)
    assert not issue["approval"].get("decisions")


def test_an_emergency_pause_stops_everything(demo, target):
    change = Change(demo.login("alice"), "projects/play", f"CREATE TABLE {unique('later')} (id INTEGER PRIMARY KEY)", target.name)
    change.approve(demo.login("bob"))
    admin = demo.admin()
    setting = admin.get("/v1/settings/EMERGENCY_PAUSE")
    paused = admin.patch("/v1/settings/EMERGENCY_PAUSE", {"emergencyPause": {"paused": True, "reason": "incident 7"},
                                                          "etag": setting["etag"]})
    try:
        with pytest.raises(ApiError) as refused:
            change.start(demo.login("carol"))
        assert "incident 7" in refused.value.message
    finally:
        admin.patch("/v1/settings/EMERGENCY_PAUSE", {"emergencyPause": {"paused": False}, "etag": paused["etag"]})
    demo.login("carol").post(f"/v1/{change.rollout['name']}:start")
    assert change.wait()["state"] == "DONE"


def test_every_step_leaves_an_audit_entry_under_one_correlation_id(demo, target):
    author, story = demo.login("alice"), unique("audit-story")
    status, headers, _ = author.request("POST", "/v1/projects/play/sheets", {"content": "U0VMRUNUIDE="},
                                        {"X-Correlation-ID": story})
    assert (status, headers["X-Correlation-ID"]) == (200, story)
    entries = demo.login("auditor").get("/v1/auditLogs", filter=f'correlation_id="{story}"')["auditLogs"]
    assert [(e["action"], e["actor"], e["responseStatus"]) for e in entries] == [
        ("bb.sheet.create", "user/login_id=alice", "ok")]
