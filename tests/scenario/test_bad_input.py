"""A caller's mistake gets a canonical error that names what is wrong; never a 500, never a hang, nothing lost."""
import base64
import json
import socket
import sqlite3
import subprocess
import threading
import time

import pytest
from argus_server import BINARY, ApiError, Argus, Change, Client

SHEETS = "/v1/projects/play/sheets"


@pytest.fixture(scope="module")
def server(demo_sqlite):
    return demo_sqlite


@pytest.fixture(scope="module")
def alice(server):
    return server.login("alice")


def error_of(answer):
    status, _, body = answer
    return ApiError(status, body)


@pytest.mark.parametrize("body, reason", [
    (b"{", "INVALID_JSON"),
    (b"{'title': 'single quotes'}", "INVALID_JSON"),
    (b'{"title": "a", "title": "b"}', "INVALID_JSON"),
    (b'{"title": "a"} trailing', "INVALID_JSON"),
    (b'{"title": "a",}', "INVALID_JSON"),
    (b'{"title": "raw\nnewline"}', "INVALID_JSON"),
    (b'{"title": "\xff\xfe"}', "INVALID_JSON"),
    (b'{"title": "\xed\xa0\x80"}', "INVALID_JSON"),
    (b"[" * 100_000, None),
    (b'{"titel": "unknown"}', "UNKNOWN_FIELD"),
    (b'{"title": 5}', "INVALID_FIELD"),
    (b'{"specs": {"sheet": "x"}}', "INVALID_FIELD"),
    (b'{"specs": [{"targets": "not a list"}]}', "INVALID_FIELD"),
    (b'{"state": "FLYING"}', "INVALID_FIELD"),
    (b'{"createTime": "yesterday"}', "INVALID_FIELD"),
    (b"null", None),
    (b'"text"', None),
], ids=range(17))
def test_malformed_bodies(alice, body, reason):
    error = error_of(alice.request("POST", "/v1/projects/play/plans", body))
    assert (error.http, error.status) == (400, "INVALID_ARGUMENT")
    if reason:
        assert error.reason == reason
    if reason in ("UNKNOWN_FIELD", "INVALID_FIELD"):
        assert error.fields, error


def test_the_field_at_fault_is_named_by_its_path(alice):
    error = error_of(alice.request("POST", "/v1/projects/play/plans", {"specs": [{"sheet": "x"}, {"sheeet": "y"}]}))
    assert error.fields[0].endswith("specs[1].sheeet")


def test_oversize_bodies_are_refused_without_being_read(server, alice):
    head = (f"POST {SHEETS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {40 << 20}\r\nConnection: close\r\n\r\n")
    answer = raw(server, head.encode() + b"{")
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b"BODY_TOO_LARGE" in answer


def test_a_sheet_over_four_mebibytes_names_the_way_out(alice):
    error = error_of(alice.request("POST", SHEETS, {"content": base64.b64encode(b"-" * ((4 << 20) + 1)).decode()}))
    assert error.http in (400, 413), error


def test_sheets_are_utf8(alice):
    error = error_of(alice.request("POST", SHEETS, {"content": base64.b64encode(b"SELECT '\xff'").decode()}))
    assert (error.http, error.reason) == (400, "INVALID_SHEET")


@pytest.mark.parametrize("path", [
    "/v1/projects/play/plans/0", "/v1/projects/play/plans/01", "/v1/projects/play/plans/-1", "/v1/projects/play/plans/x",
    "/v1/projects/play/plans/99999999999999999999", "/v1/projects/play/plans/%00", "/v1/projects/play/plans/%ff",
    "/v1/projects/play/plans/%", "/v1/projects/" + "p" * 5000,
], ids=range(9))
def test_hostile_names(alice, path):
    error = error_of(alice.request("GET", path))
    assert error.http in (400, 404), error


@pytest.mark.parametrize("query, field", [
    ("pageSize=-1", "pageSize"), ("pageSize=many", "pageSize"), ("pageToken=forged", "pageToken"),
    ("pageToken=" + "A" * 3000, "pageToken"), ("orderBy=nothing", "orderBy"), ("filter=state=", None),
    ("filter=nobody%3D1", None), ("filter=" + "(" * 2000, None), ("unknown=1", "unknown"),
], ids=range(9))
def test_hostile_lists(alice, query, field):
    error = error_of(alice.request("GET", "/v1/projects/play/plans?" + query))
    assert (error.http, error.status) == (400, "INVALID_ARGUMENT"), error
    if field:
        assert field in error.fields


def test_a_page_token_is_bound_to_its_query(alice):
    for i in range(3):
        alice.post("/v1/projects/play/plans", plan_body(alice))
    token = alice.get("/v1/projects/play/plans", pageSize=1)["nextPageToken"]
    assert alice.get("/v1/projects/play/plans", pageSize=1, pageToken=token)["plans"]
    error = error_of(alice.request("GET", f"/v1/projects/play/plans?pageSize=1&orderBy=title&pageToken={token}"))
    assert error.reason == "INVALID_PAGE_TOKEN"


def plan_body(client):
    sheet = client.post(SHEETS, {"content": base64.b64encode(b"SELECT 1").decode()})["name"]
    return {"title": "t", "specs": [{"sheet": sheet, "targets": ["instances/dev/databases/shop"]}]}


def test_plans_name_what_exists(alice):
    body = plan_body(alice)
    body["specs"][0]["targets"] = ["instances/dev/databases/nowhere"]
    assert error_of(alice.request("POST", "/v1/projects/play/plans", body)).http in (400, 404)
    body = plan_body(alice)
    body["specs"][0]["sheet"] = f"projects/play/sheets/{'0' * 64}"
    assert error_of(alice.request("POST", "/v1/projects/play/plans", body)).http in (400, 404)
    assert error_of(alice.request("POST", "/v1/projects/play/plans", {"title": "empty"})).http == 400


def test_stale_etags_and_wrong_transitions(server, alice):
    plan = alice.post("/v1/projects/play/plans", plan_body(alice))
    alice.patch(f"/v1/{plan['name']}", {"title": "new", "etag": plan["etag"]}, updateMask="title")
    error = error_of(alice.request("PATCH", f"/v1/{plan['name']}?updateMask=title", {"title": "newer", "etag": plan["etag"]}))
    assert (error.http, error.status, error.reason) == (409, "ABORTED", "ETAG_MISMATCH")
    alice.post(f"/v1/{plan['name']}:cancel")
    error = error_of(alice.request("POST", f"/v1/{plan['name']}:cancel", {}))
    assert (error.status, error.reason) == ("FAILED_PRECONDITION", "INVALID_STATE_TRANSITION")


def test_request_ids_make_creates_idempotent(alice):
    body = plan_body(alice)
    first = alice.post("/v1/projects/play/plans", body, requestId="once-1")
    assert alice.post("/v1/projects/play/plans", body, requestId="once-1")["name"] == first["name"]
    error = error_of(alice.request("POST", "/v1/projects/play/plans?requestId=once-1", dict(body, title="other")))
    assert error.reason == "REQUEST_ID_REUSED"


def test_unknown_routes_and_methods(alice):
    assert error_of(alice.request("GET", "/v1/nothing")).http == 404
    assert error_of(alice.request("DELETE", "/v1/auth/login")).http == 405
    assert error_of(Client(alice.url).request("GET", "/v1/projects/play")).status == "UNAUTHENTICATED"
    assert error_of(Client(alice.url, "forged").request("GET", "/v1/projects/play")).http == 401


def test_later_methods_say_so(server):
    status, _, body = server.login("alice").request("POST", "/argus.v1.SheetService/UploadSheet", b"",
                                                    {"Content-Type": "application/connect+json"})
    assert status != 500, body


def raw(server, data, timeout=30):
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        connection.sendall(data)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def test_broken_http(server):
    assert b" 400 " in raw(server, b"NONSENSE\r\n\r\n").split(b"\r\n")[0]
    assert b" 431 " in raw(server, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n").split(b"\r\n")[0]


def test_slow_clients_do_not_keep_others_waiting(server, alice):
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(b"POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        started = time.monotonic()
        alice.get("/v1/users/me")
        assert time.monotonic() - started < 5
    finally:
        for connection in slow:
            connection.close()


def test_a_burst_is_answered_or_refused_at_once(server, alice):
    codes = []

    def ask():
        codes.append(alice.request("GET", "/v1/projects/play")[0])
    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(codes) == 100 and set(codes) <= {200, 503}


def test_wrong_credentials_of_a_target_are_the_callers_business(server, postgres):
    dba = server.login("dba")
    dba.post("/v1/instances", {"engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1",
                               "port": postgres.port, "username": "nobody_of_that_name", "password": "secret-x"}, instanceId="wrong")
    error = error_of(dba.request("POST", "/v1/instances/wrong:testConnection", {}))
    assert (error.http, error.reason) == (400, "CONNECTION_FAILED")
    assert "secret-x" not in str(error)
    dba.post("/v1/instances", {"engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1", "port": 1,
                               "username": "postgres"}, instanceId="absent")
    error = error_of(dba.request("POST", "/v1/instances/absent:sync", {}))
    assert (error.http, error.status, error.reason) == (503, "UNAVAILABLE", "CONNECTION_FAILED")


def test_a_locked_metastore_is_unavailable_and_heals():
    with Argus("--demo") as server:
        alice = server.login("alice")
        lock = sqlite3.connect(server.data_dir / "argus.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        error = error_of(alice.request("POST", SHEETS, {"content": "U0VMRUNUIDE="}))
        assert (error.http, error.status) == (503, "UNAVAILABLE")
        lock.execute("ROLLBACK")
        lock.close()
        alice.post(SHEETS, {"content": "U0VMRUNUIDE="})


def test_a_metastore_of_a_newer_version_is_refused_with_the_remedy():
    with Argus() as server:
        server.stop()
        with sqlite3.connect(server.data_dir / "argus.db") as metastore:
            metastore.execute("INSERT INTO schema_migration (version, name, checksum, oldest_compatible, applied_at) "
                              "VALUES (9999, 'from the future', 'x', 9999, 0)")
        metastore.close()
        late = subprocess.run([BINARY, "--data-dir", str(server.data_dir), "--port", "0", "--grpc-port", "0"],
                              capture_output=True, text=True, timeout=60, check=False)
        assert late.returncode == 1
        assert "newer" in late.stdout + late.stderr
        with sqlite3.connect(server.data_dir / "argus.db") as metastore:
            metastore.execute("DELETE FROM schema_migration WHERE version = 9999")
        metastore.close()
        server.start()


def test_secrets_are_never_shown(server):
    dba = server.login("dba")
    answer = dba.post("/v1/instances", {"engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1",
                                        "username": "u", "password": "hunter2hunter2"}, instanceId="secretive")
    listed = dba.get("/v1/instances")
    entries = server.login("auditor").get("/v1/auditLogs", pageSize=1000)
    for shown in (answer, listed, entries, server.log):
        assert "hunter2hunter2" not in json.dumps(shown)
    assert b"hunter2hunter2" not in (server.data_dir / "argus.db").read_bytes()


def test_bad_flags_say_what_is_wrong():
    for flags, word in ([["--port", "abc"], "port"], [["--trusted-proxies", "10.0.0.0/99"], "10.0.0.0/99"],
                        [["--metastore-url", "mysql://x"], "metastore"], [["--nonsense"], "nonsense"],
                        [["--metastore-url", "sqlite:/x", "--metastore-url-file", "/y"], "metastore-url"]):
        run = subprocess.run([BINARY, "--data-dir", "/tmp/argus-never", *flags], capture_output=True, text=True,
                             timeout=30, check=False)
        assert run.returncode == 1, flags
        assert word in run.stdout + run.stderr, (flags, run.stdout, run.stderr)


def test_two_servers_do_not_share_a_data_directory(server):
    run = subprocess.run([BINARY, "--data-dir", str(server.data_dir), "--port", "0", "--grpc-port", "0"],
                         capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 1
    assert "in use" in run.stdout + run.stderr
