"""What a metric counts moves by exactly what happened, failures included: on both metastores."""
import contextlib
import datetime
import subprocess
import time
import urllib.request

import pytest
from argus_server import ROOT, ApiError, Argus, Change, wait_for
from prometheus_client.parser import text_string_to_metric_families

DEV = "instances/dev/databases/shop"


def scrape(server):
    with urllib.request.urlopen(server.url + "/metrics", timeout=10) as answer:
        return answer.read().decode()


def samples(server):
    """{'name{a="x"}': value}, labels in order of their names."""
    found = {}
    for family in text_string_to_metric_families(scrape(server)):
        for sample in family.samples:
            labels = ",".join(f'{k}="{v}"' for k, v in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


@contextlib.contextmanager
def moves_by(server, by):
    """Within it each sample grows by so much, neither more nor less."""
    before = samples(server)
    yield

    def grown():
        now = samples(server)
        return {name: now[name] - before.get(name, 0) for name in by}
    with contextlib.suppress(AssertionError):
        wait_for(lambda: grown() == by, timeout=10)
    assert grown() == by


def runs(state, engine="sqlite"):
    return f'argus_task_run_total{{engine="{engine}",environment="dev",state="{state}"}}'


def new_change(server, sql, *targets):
    return Change(server.login("alice"), "projects/play", sql, *(targets or [DEV]))


def approved(server, sql, *targets):
    change = new_change(server, sql, *targets)
    change.approve(server.login("bob"))
    return change


def test_a_fresh_server_has_its_closed_sets_and_few_series():
    with Argus() as server:
        wait_for(lambda: samples(server)["argus_metastore_gauges_refreshed_timestamp_seconds"] > 0)
        now = samples(server)
        assert len(now) <= 5000
        for state in ("done", "failed", "canceled", "unknown"):
            for engine in ("sqlite", "postgres"):
                assert now[runs(state, engine)] == 0  # an environment of the default setting
        for kind in ("blocked", "overridden"):
            assert now[f'argus_freeze_violation_total{{kind="{kind}"}}'] == 0
        for verdict in ("open", "closed"):
            assert now[f'argus_gate_verdict_total{{gate="freeze",verdict="{verdict}"}}'] == 0
        for status in (200, 500, 503):
            assert now['http_requests_total{method="GET",protocol="rest",route="/v1/{name=projects/*}",status="%d"}' % status] == 0
        assert now["argus_issue_approval_duration_seconds_count"] == 0
        assert now["argus_debug_enabled"] == 0
        assert now["argus_metastore_up"] == 1
        assert [v for name, v in now.items() if name.startswith("argus_build_info{")] == [1]
        check = subprocess.run(["promtool", "check", "metrics"], input=scrape(server), text=True, capture_output=True, check=False)
        assert (check.returncode, check.stdout + check.stderr) == (0, "")


def test_the_catalogue_is_what_a_server_exports(demo):
    demo.login("alice").get("/v1/projects/play")
    page = (ROOT / "docs/reference/metrics.md").read_text()
    written = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    exported = {line.split()[2] for line in scrape(demo).splitlines() if line.startswith("# TYPE ")}
    assert exported <= written
    # A standby's lag where there is one; memory as far as the allocator tells.
    assert {name for name in written - exported if "memory" not in name and "memstats" not in name} <= {
        "argus_metastore_replay_lag_seconds"}


def test_a_change_moves_what_it_passes(demo):
    rows = 'argus_task_run_affected_rows_total{engine="sqlite"}'
    with moves_by(demo, {
            runs("done"): 1, runs("failed"): 0, rows: 2,
            'argus_task_run_duration_seconds_count{engine="sqlite",state="done"}': 1,
            "argus_task_run_wait_seconds_count": 1,
            'argus_target_query_duration_seconds_count{engine="sqlite"}': 2,
            'argus_plan_check_run_total{status="success",type="syntax"}': 1,
            'argus_plan_check_run_duration_seconds_count{type="connection"}': 1,
            'argus_issue_approval_decision_total{decision="approved"}': 1,
            "argus_issue_approval_duration_seconds_count": 1,
            "argus_rollout_started_total": 1,
            'argus_rollout_total{state="done"}': 1,
            'argus_rollout_duration_seconds_count{state="done"}': 1,
            'argus_gate_verdict_total{gate="approval",verdict="open"}': 2,  # the rollout, then its task
            'argus_gate_verdict_total{gate="schedule",verdict="open"}': 1,
            'argus_audit_log_entry_total{action="bb.issue.approve",status="ok"}': 1,
            'argus_audit_log_entry_total{action="bb.taskrun.done",status="ok"}': 1,
            'argus_rpc_requests_total{code="ok",rpc_method="argus.v1.IssueService.ApproveIssue"}': 1}):
        change = approved(demo, "CREATE TABLE moved (id INTEGER PRIMARY KEY);\nINSERT INTO moved VALUES (1), (2);")
        change.start(demo.login("carol"))
        assert change.wait()["state"] == "DONE"


def test_a_failed_change_is_counted_as_such(demo):
    with moves_by(demo, {runs("failed"): 1, runs("done"): 0, 'argus_rollout_total{state="failed"}': 1,
                         'argus_task_run_affected_rows_total{engine="sqlite"}': 0}):
        change = approved(demo, "CREATE TABLE broken (id INTEGER PRIMARY KEY);\nINSERT INTO broken VALUES (1), (1);")
        change.start(demo.login("carol"))
        assert change.wait()["state"] == "FAILED"


def test_a_rejection_ends_the_approval(demo):
    with moves_by(demo, {'argus_issue_approval_decision_total{decision="rejected"}': 1,
                         'argus_issue_approval_decision_total{decision="approved"}': 0,
                         "argus_issue_approval_duration_seconds_count": 1}):
        change = new_change(demo, "CREATE TABLE refused (id INTEGER PRIMARY KEY)")
        issue = change.open_issue()
        with pytest.raises(ApiError):  # the author's own approval decides nothing
            demo.login("alice").post(f"/v1/{issue['name']}:approve", {})
        demo.login("bob").post(f"/v1/{issue['name']}:reject", {"comment": "not now"})


def test_a_check_that_finds_an_error_is_counted_as_error(demo):
    with moves_by(demo, {'argus_plan_check_run_total{status="error",type="syntax"}': 1}):
        new_change(demo, "CREATE TABEL typo (id INTEGER)").checks()


@contextlib.contextmanager
def frozen(server, environment):
    admin = server.admin()
    now = datetime.datetime.now(datetime.timezone.utc)
    hour = datetime.timedelta(hours=1)
    window = {"title": "year end", "environments": [environment], "reason": "closing the books",
              "startTime": (now - hour).strftime("%FT%TZ"), "endTime": (now + hour).strftime("%FT%TZ")}
    admin.patch("/v1/settings/MAINTENANCE_WINDOW", {"maintenanceWindow": {"freezeWindows": [window]}})
    try:
        yield
    finally:
        admin.patch("/v1/settings/MAINTENANCE_WINDOW", {"maintenanceWindow": {}})


def test_a_freeze_is_violated_once_a_task_and_window(demo):
    change = approved(demo, "CREATE TABLE frozen (id INTEGER PRIMARY KEY)")
    with frozen(demo, "environments/dev"):
        with moves_by(demo, {'argus_freeze_violation_total{kind="blocked"}': 1,
                             'argus_gate_verdict_total{gate="freeze",verdict="closed"}': 2,
                             'argus_audit_log_entry_total{action="bb.freeze.block",status="ok"}': 1}):
            for _ in range(2):
                with pytest.raises(ApiError) as refused:
                    change.start(demo.login("carol"))
                assert refused.value.reason == "GATE_CLOSED"
        with moves_by(demo, {'argus_freeze_violation_total{kind="overridden"}': 1,
                             'argus_freeze_violation_total{kind="blocked"}': 0, runs("done"): 1}):
            demo.admin().post(f"/v1/{change.rollout['name']}:start", {"overrideFreezeReason": "the shop is down"})
            change.runner = demo.login("carol")
            assert change.wait()["state"] == "DONE"


def test_a_freeze_that_holds_a_waiting_task_is_not_counted_per_poll(demo):
    later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)).strftime("%FT%TZ")
    change = approved(demo, "CREATE TABLE waits (id INTEGER PRIMARY KEY)")
    carol = demo.login("carol")
    change.runner = carol
    change.rollout = carol.post("/v1/projects/play/rollouts", {"plan": change.plan["name"]})
    task = change.tasks()[0]
    carol.patch(f"/v1/{task['name']}", {"runAfter": later}, updateMask="runAfter")
    carol.post(f"/v1/{change.rollout['name']}:start")
    with frozen(demo, "environments/dev"):
        with moves_by(demo, {'argus_freeze_violation_total{kind="blocked"}': 1}):
            wait_for(lambda: samples(demo)['argus_task_runs{state="pending"}'] == 1, timeout=16)
            time.sleep(5)  # two polls and more
    assert change.wait()["state"] == "DONE"


def test_refusals_are_counted_wherever_they_happen(demo):
    anonymous, alice = demo.anonymous, demo.login("alice")
    rejected = 'http_requests_rejected_total{reason="%s"}'
    unmatched = 'http_requests_total{method="other",protocol="http",route="other",status="%d"}'
    with moves_by(demo, {rejected % "method_not_allowed": 2, unmatched % 405: 2, unmatched % 404: 1,
                         rejected % "route_not_found": 1, rejected % "unauthenticated": 1, rejected % "invalid_json": 1,
                         rejected % "permission_denied": 1,
                         'argus_rpc_requests_total{code="unauthenticated",rpc_method="argus.v1.ProjectService.GetProject"}': 1}):
        assert anonymous.request("POST", "/healthz")[0] == 405
        assert anonymous.request("PUT", "/v1/projects/play")[0] == 405
        assert anonymous.request("GET", "/nowhere")[0] == 404
        assert anonymous.request("GET", "/v1/projects/play")[0] == 401
        assert alice.request("POST", "/v1/projects/play/plans", b"{")[0] == 400
        assert alice.request("GET", "/v1/auditLogs")[0] == 403


def test_what_waits_for_approval_shows_within_a_refresh(demo):
    began = time.time()
    new_change(demo, "CREATE TABLE waiting (id INTEGER PRIMARY KEY)").open_issue()
    pending = 'argus_issues_open{approval_status="pending"}'
    wait_for(lambda: samples(demo)[pending] >= 1, timeout=16)
    now = samples(demo)
    assert began - 60 < now["argus_issue_oldest_pending_approval_timestamp_seconds"] < time.time() + 1
    assert began - 60 < now["argus_audit_log_last_entry_timestamp_seconds"] < time.time() + 1
    assert now["argus_data_directory_free_bytes"] > 0
    assert now["argus_metastore_lag_seconds"] > 0
    assert now['argus_runner_lease_held{runner="schema_sync"}'] == 1


def test_gauges_keep_their_values_while_the_metastore_is_down():
    from postgres import Postgres
    own = Postgres()
    try:
        with Argus("--demo", "--metastore-url", own.url()) as server:
            new_change(server, "CREATE TABLE kept (id INTEGER PRIMARY KEY)").open_issue()
            pending = 'argus_issues_open{approval_status="pending"}'
            wait_for(lambda: samples(server)[pending] == 1, timeout=16)
            own.stop()
            wait_for(lambda: samples(server)["argus_metastore_up"] == 0, timeout=20)
            down = samples(server)
            assert down[pending] == 1
            assert down['argus_runner_run_total{result="error",runner="gauges"}'] > 0
            time.sleep(1)
            refreshed = "argus_metastore_gauges_refreshed_timestamp_seconds"
            assert samples(server)[refreshed] == down[refreshed]
            own.start()
            wait_for(lambda: samples(server)["argus_metastore_up"] == 1 and samples(server)[refreshed] > down[refreshed], timeout=20)
    finally:
        own.close()


def test_native_histograms_leave_the_text_page_as_it_is():
    with Argus("--native-histograms") as server:
        server.anonymous.request("GET", "/v1/projects/play")
        assert 'le="0.005"' in scrape(server)
