"""The log as its readers see it: jq over every line of a loaded server, journald and journalctl."""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
from argus_server import BINARY, ROOT, Change
from fixtures import PostgresTarget
from load import SECRET_LITERAL, TARGET_PASSWORD, WRONG_PASSWORD
from output_server import OutputServer

LINES = 100_000
BATCH = 6000
JOURNALD = pathlib.Path("/lib/systemd/systemd-journald")

# One line in, one verdict out: the level and message of a line as it should be, else what is wrong with it.
JQ = r"""
def check(ok; what): if ok then empty else what end;
def problems:
  check(.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{9}Z$"); "time"),
  check(.level | IN("DEBUG", "INFO", "WARN", "ERROR"); "level"),
  check(.msg | type == "string" and length > 0; "msg"),
  check(.source | (.function | type == "string" and length > 0) and (.file | test("[.](cc|h)$")) and .line > 0; "source"),
  check((has("correlation_id") | not) or (.correlation_id | test("^[A-Za-z0-9._:-]{1,128}$")); "correlation_id"),
  check((has("trace_id") | not) or (.trace_id | test("^[0-9a-f]{32}$")); "trace_id"),
  check((has("span_id") | not) or (.span_id | test("^[0-9a-f]{16}$")); "span_id"),
  check((has("trace_id") == has("span_id")); "trace_id without span_id"),
  check((has("error") | not) or (.error | type == "string" and length > 0); "error"),
  check((has("error") | not) or (has("error_code") and has("error_reason")); "error_code and error_reason"),
  check((has("duration_ms") | not) or (.duration_ms | type == "number"); "duration_ms"),
  check((has("rows_affected") | not) or (.rows_affected | type == "number"); "rows_affected"),
  check(all(keys[]; test("^[a-z][a-z0-9_]*$")); "key");
. as $raw | try (fromjson | [problems] as $p | if $p == [] then "ok\t\(.level)\t\(.msg)" else "\($p | join(","))\t\($raw)" end)
catch "not JSON\t\($raw)"
"""


@pytest.fixture(scope="module")
def log(postgres, tmp_path_factory):
    """The log file of a server that ran under load at DEBUG until it had said enough, and ended in order."""
    folder = tmp_path_factory.mktemp("log")
    path = folder / "argus.jsonl"
    with open(path, "wb") as file, OutputServer(folder, "--demo", "--debug", stdout=file) as server:
        changes(server, PostgresTarget(server, postgres, "logged"))
        refusals(server)
        requests(server, path, server.login("alice").token)
    return path


def changes(server, target):
    """A change that ends well and two whose failing statement the server quotes with its values."""
    for sql in (f"CREATE TABLE logged (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO logged VALUES (1, '{SECRET_LITERAL}');",
                f"INSERT INTO logged VALUES ('{SECRET_LITERAL}');",
                f"INSERT INTO logged VALUES (7, '{SECRET_LITERAL}'), (7, '{SECRET_LITERAL}');"):
        change = Change(server.login("alice"), "projects/play", sql, target.name)
        change.approve(server.login("bob"))
        change.start(server.login("carol"))
        change.wait()


def refusals(server):
    server.anonymous.request("POST", "/v1/auth/login", {"loginId": "alice", "password": WRONG_PASSWORD})
    server.login("dba").request("POST", "/v1/instances?instanceId=absent", {
        "engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1", "port": 1, "username": "u",
        "password": TARGET_PASSWORD})
    server.login("dba").request("POST", "/v1/instances/absent:sync", {})


def requests(server, path, token):
    """Cheap requests of several kinds, by curl, until the log has enough lines."""
    for _ in range(20):
        jobs = [subprocess.Popen(["curl", "-s", "-o", "/dev/null", "-H", f"Authorization: Bearer {bearer}",
                                  f"{server.url}{what}?n=[1-{BATCH}]"])
                for bearer, what in ((token, "/healthz"), ("argus_at_forged", "/v1/projects/play"))]
        assert [job.wait(120) for job in jobs] == [0, 0]
        if count_lines(path) >= LINES:
            return
    raise AssertionError("too few lines a request")


def count_lines(path):
    with open(path, "rb") as file:
        return sum(1 for _ in file)


@pytest.fixture(scope="module")
def verdicts(log):
    """{(verdict, level, message or line): count} by jq, one line at a time."""
    with open(log, "rb") as file:
        done = subprocess.run(["jq", "-rR", JQ], stdin=file, capture_output=True, text=True, check=True, timeout=120)
    return collections.Counter(tuple(line.split("\t", 2)) for line in done.stdout.splitlines())


def lines(log, **wanted):
    """Parsed lines whose raw text holds every wanted `"key":"value"`."""
    needles = [f'"{key}":"{value}"'.encode() for key, value in wanted.items()]
    with open(log, "rb") as file:
        return [json.loads(raw) for raw in file if all(needle in raw for needle in needles)]


def test_every_line_is_what_the_page_says(verdicts):
    assert sum(verdicts.values()) >= LINES
    assert [key for key in verdicts if key[0] != "ok"][:10] == []


def test_an_access_line_for_each_request(log):
    forged = lines(log, msg="request completed")
    assert len(forged) > 6000
    for line in forged[:1000]:
        assert {"correlation_id", "duration_ms"} <= line.keys(), line


def test_probes_are_logged_at_debug(log):
    probes = [line for line in lines(log, path="/healthz")]
    assert len(probes) > 6000 and {line["level"] for line in probes} == {"DEBUG"}


def test_the_line_of_the_page_stands_there_with_its_keys(log):
    line = lines(log, msg="task run completed")[0]
    assert list(line)[:4] == ["time", "level", "msg", "source"]
    assert {"task", "task_run", "duration_ms", "rows_affected", "correlation_id", "actor"} <= line.keys()
    assert line["level"] == "INFO" and line["rows_affected"] == 1
    assert line["task_run"].startswith(line["task"] + "/taskRuns/")


def test_errors_carry_message_and_stack(log):
    errors = [line for line in lines(log) if "error" in line]
    assert errors
    assert any(line["error"].count("\n") >= 3 and re.search(r"[.](cc|h):[0-9]+", line["error"]) for line in errors)


def test_nothing_secret_is_in_the_log(log):
    text = log.read_bytes()
    for secret in (SECRET_LITERAL, WRONG_PASSWORD, TARGET_PASSWORD, "argus-demo", "argus_at_", "argus_rt_"):
        assert secret.encode() not in text, text[max(0, text.index(secret.encode()) - 300):][:600]


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    if os.geteuid() != 0 or not JOURNALD.exists():
        pytest.skip("JOURNALD WAS NOT TRIED: needs root and systemd-journald")
    if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/run"], capture_output=True, check=False).returncode:
        pytest.skip("JOURNALD WAS NOT TRIED: no mount namespaces here")
    done = subprocess.run(["unshare", "-m", sys.executable, pathlib.Path(__file__).parent / "journal_stage.py",
                           ROOT / "tests" / "support", BINARY, tmp_path_factory.mktemp("journal")],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [entry for entry in json.loads(done.stdout) if entry.get("SYSLOG_IDENTIFIER") == "argus" or entry.get("_COMM") == "argus"]


def test_journald_takes_entries_by_its_own_protocol(journal):
    ready = next(entry for entry in journal if entry["MESSAGE"] == "server ready")
    assert ready["_TRANSPORT"] == "journal"
    assert (ready["PRIORITY"], ready["SYSLOG_IDENTIFIER"]) == ("6", "argus")
    assert ready["CODE_FILE"].endswith(".cc") and int(ready["CODE_LINE"]) > 0 and ready["CODE_FUNC"]
    assert "HTTP_PORT" in ready


def test_journald_keeps_errors_of_many_lines(journal):
    entry = next(entry for entry in journal if entry.get("CORRELATION_ID") == "journal-error" and "ERROR" in entry)
    assert entry["ERROR"].count("\n") >= 3
    assert entry["ERROR_CODE"] and entry["ERROR_REASON"] == "CONNECTION_FAILED"
