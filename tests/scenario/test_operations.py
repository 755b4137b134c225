"""What whoever runs the server relies on: health, metrics, logs, shutdown, offline commands."""
import json
import os
import subprocess
import tempfile
import time
import urllib.request

import pytest
from argus_server import BINARY, ApiError, Argus, Change, wait_for


def fetch(server, path):
    with urllib.request.urlopen(server.url + path, timeout=10) as answer:
        return answer.status, answer.headers, answer.read().decode()


def test_health_and_readiness(demo_sqlite):
    status, _, body = fetch(demo_sqlite, "/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok"})
    assert fetch(demo_sqlite, "/livez")[0] == 200
    assert wait_for(lambda: demo_sqlite.anonymous.request("GET", "/readyz")[0] == 200)


def test_readiness_follows_the_metastore(postgres):
    from postgres import Postgres
    own = Postgres()
    try:
        with Argus("--metastore-url", own.url()) as server:
            ready = lambda: server.anonymous.request("GET", "/readyz")[0]  # noqa: E731
            wait_for(lambda: ready() == 200)
            own.stop()
            wait_for(lambda: ready() == 503, timeout=5)
            assert fetch(server, "/healthz")[0] == 200
            assert "process_resident_memory_bytes" in fetch(server, "/metrics")[2]
            own.start()
            wait_for(lambda: ready() == 200, timeout=10)
            assert server.admin().get("/v1/users/me")["loginId"] == "admin"
    finally:
        own.close()


def test_metrics_count_requests(demo_sqlite):
    demo_sqlite.login("alice").get("/v1/projects/play")
    text = fetch(demo_sqlite, "/metrics")[2]
    assert 'http_requests_total{method="GET",route="/v1/{name=projects/*}",status="200",protocol="rest"}' in text
    assert "# TYPE http_request_duration_seconds histogram" in text


def test_a_finished_run_logs_the_documented_line(demo_sqlite):
    change = Change(demo_sqlite.login("alice"), "projects/play", "CREATE TABLE logged (id INTEGER PRIMARY KEY)",
                    "instances/dev/databases/shop")
    change.approve(demo_sqlite.login("bob"))
    change.start(demo_sqlite.login("carol"))
    change.wait("DONE")
    run = change.latest_run()
    line = wait_for(lambda: next((l for l in demo_sqlite.log if l["msg"] == "task run completed" and l["task_run"] == run["name"]), None))
    assert line["level"] == "INFO" and line["correlation_id"] == run["correlationId"]
    assert {"time", "source", "task", "duration_ms", "rows_affected"} <= line.keys()


def test_the_openapi_file_is_served(demo_sqlite):
    text = fetch(demo_sqlite, "/openapi.yaml")[2]
    assert text.startswith("openapi: 3.1") or 'openapi: "3.1' in text
    assert "/v1/projects/{project}/plans" in text or "/v1/{name}" in text or "/v1/{parent}/plans" in text


def test_sigterm_ends_cleanly_and_at_once_when_idle():
    server = Argus().start()
    started = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - started < 5
    server.own.cleanup()


def run_offline(server, *arguments, **env):
    return subprocess.run([BINARY, "--data-dir", str(server.data_dir), *arguments], env=dict(os.environ, **env),
                          capture_output=True, text=True, timeout=60, check=False)


def test_a_forgotten_password_is_reset_offline():
    with Argus("--demo") as server:
        server.stop()
        done = run_offline(server, "user", "reset-password", "alice", ARGUS_PASSWORD="a new password")
        assert done.returncode == 0, done.stderr
        wrong = run_offline(server, "user", "reset-password", "nobody", ARGUS_PASSWORD="a new password")
        assert wrong.returncode == 1 and "nobody" in wrong.stderr
        server.start()
        server.login("alice", "a new password")


def test_keys_are_rotated_and_secrets_still_open(postgres):
    postgres.sql("CREATE ROLE rotated LOGIN PASSWORD 'rotating'")
    with Argus("--demo") as server:
        dba = server.login("dba")
        dba.post("/v1/instances", {"engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1",
                                   "port": postgres.port, "username": "rotated", "password": "rotating"}, instanceId="rotated")
        server.stop()
        before = (server.data_dir / "keys").read_text()
        done = run_offline(server, "keys", "rotate")
        assert done.returncode == 0, done.stderr
        assert (server.data_dir / "keys").read_text() != before
        server.start()
        server.login("dba").post("/v1/instances/rotated:testConnection")


def test_passwords_may_be_taken_by_reference(postgres):
    with tempfile.NamedTemporaryFile("w") as secret, \
            Argus("--demo", "--secret-refs", f"env://SHOP_*,file://{secret.name}", env={"SHOP_PASSWORD": "x"}) as server:
        secret.write("from a file\n")
        secret.flush()
        dba = server.login("dba")
        for name, ref in (("by-file", "file://" + secret.name), ("by-env", "env://SHOP_PASSWORD")):
            dba.post("/v1/instances", {"engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1",
                                       "port": postgres.port, "username": "postgres", "passwordRef": ref}, instanceId=name)
            dba.post(f"/v1/instances/{name}:testConnection")


def test_references_reach_only_what_the_operator_put_out(postgres):
    """The DBA also chooses the server that is sent the password."""
    with Argus("--demo", env={"ARGUS_SECRET_SHOP": "x"}) as server:
        dba = server.login("dba")

        def test(ref):
            dba.post("/v1/instances:testConnection",
                     {"instance": {"engine": "POSTGRES", "host": "127.0.0.1", "port": postgres.port, "username": "postgres",
                                   "passwordRef": ref}})
        test("env://ARGUS_SECRET_SHOP")
        for ref in ("env://PATH", f"file://{server.data_dir}/keys", "file:///run/secrets/argus/%2e%2e/x"):
            with pytest.raises(ApiError) as refused:
                test(ref)
            assert refused.value.fields == ["instance.passwordRef"]


def test_the_metastore_is_no_target():
    with Argus("--demo") as server:
        with pytest.raises(ApiError) as refused:
            server.login("dba").post("/v1/instances", {"engine": "SQLITE", "dataDir": str(server.data_dir)}, instanceId="self")
        assert refused.value.fields == ["instance.dataDir"]


def test_version_and_help():
    version = subprocess.run([BINARY, "version"], capture_output=True, text=True, timeout=10, check=True).stdout
    assert version.startswith("argus ")
    text = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=10, check=True).stdout
    for flag in ("--port", "--grpc-port", "--address", "--data-dir", "--metastore-url", "--metastore-url-file", "--external-url",
                 "--metrics-address", "--trusted-proxies", "--key-file", "--drain-timeout", "--enable-json-logging", "--debug",
                 "--demo"):
        assert flag in text and "ARGUS_" + flag[2:].upper().replace("-", "_") in text, flag
