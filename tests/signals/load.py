"""A scripted load: what a server's signals should notice, failures included. About 20 s, the same every time."""
import datetime
import json
import pathlib
import sqlite3
import struct
import subprocess
import threading
import time
import urllib.parse
import urllib.request

from argus_server import ApiError, Change, wait_for

ROUNDS = 4
ROUND_S = 5
SLOW = {"POSTGRES": "SELECT pg_sleep(30);",
        "SQLITE": "CREATE TABLE {t} AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300000000) "
                  "SELECT max(x) AS id FROM n;"}
# Words that only ever stand in SQL, passwords and tokens of the load: no signal may repeat them.
SECRET_LITERAL = "tango-literal-7731"
WRONG_PASSWORD = "wrong-password-5502"
TARGET_PASSWORD = "target-password-9917"
ACCEPTS = ("text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0", None,
           "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")


def scrape(url, accept=None, timeout=10):
    """(Content-Type, body) of one scrape; no Accept header when None is given."""
    request = urllib.request.Request(url + "/metrics")
    if accept:
        request.add_header("Accept", accept)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return answer.headers["Content-Type"], answer.read()


class Scraper:
    """Scrapes in every format, one after the other, from `start` to `stop`; keeps what it got."""

    def __init__(self, url):
        self.url = url
        self.scrapes = []
        self.errors = []
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.done.wait(0.2):
            try:
                self.scrapes.append(scrape(self.url, ACCEPTS[len(self.scrapes) % len(ACCEPTS)]))
            except OSError as error:
                self.errors.append(error)

    def stop(self):
        self.done.set()
        self.thread.join(15)


def grpc(server, method, message, token=None):
    """The gRPC status of one unary call whose request is the encoded `message`, made with curl."""
    frame = b"\0" + struct.pack(">I", len(message)) + message
    headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    headers += ["-H", f"authorization: Bearer {token}"] if token else []
    done = subprocess.run(
        ["curl", "-s", "-m", "10", "--http2-prior-knowledge", "-D", "-", "-o", "/dev/null", "--data-binary", "@-", *headers,
         f"http://127.0.0.1:{server.grpc_port}/argus.v1.{method}"], input=frame, capture_output=True, check=False)
    status = [line.split(b":")[1] for line in done.stdout.lower().splitlines() if line.startswith(b"grpc-status:")]
    return int(status[-1]) if status else None


def text_field(number, value):
    return bytes([number << 3 | 2, len(value)]) + value.encode()


class MetastoreOutage:
    """`with outage:` nothing can be written; a SQLite metastore is locked, a PostgreSQL one is stopped."""

    def __init__(self, server, postgres=None):
        self.server = server
        self.postgres = postgres

    def __enter__(self):
        if self.postgres:
            self.postgres.stop()
            # Gauges are probed every 15 s.
            return wait_for(lambda: b"\nargus_metastore_up 0\n" in scrape(self.server.url)[1], timeout=40, pause=0.5)
        self.lock = sqlite3.connect(self.server.data_dir / "argus.db", isolation_level=None, timeout=10)
        self.lock.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_):
        if self.postgres:
            wait_for(lambda: self.server.anonymous.request("GET", "/readyz")[0] == 503)
            time.sleep(2)  # for those who probe once a second to see it
            self.postgres.start()
        else:
            self.lock.execute("ROLLBACK")
            self.lock.close()
        wait_for(lambda: self.server.anonymous.request("GET", "/readyz")[0] == 200)


class Load:
    """`targets` is {engine: database of project play}; everything is made with names that hold `round`."""

    def __init__(self, server, targets, outage):
        self.server = server
        self.targets = targets
        self.outage = outage
        self.round = 0
        self.users = {name: server.login(name) for name in ("alice", "bob", "carol", "dave", "dba", "auditor")}
        self.users["admin"] = server.admin()
        self.seen = []  # (step, what it ended with)

    def run(self):
        for self.round in range(ROUNDS):
            next_round = time.monotonic() + ROUND_S
            for step in (self.identities, self.reads, self.refusals, self.committed, self.failed, self.rejected, self.faulty,
                         self.canceled, self.skipped, self.paused, self.frozen, self.unreachable):
                step()
            time.sleep(max(0, next_round - time.monotonic()))
        self.standing()
        if self.outage:
            self.unavailable()

    def expect(self, status, method, path, body=None, user="alice", headers=None):
        client = self.users[user] if user else self.server.anonymous
        got, _, answer = client.request(method, path, body, headers)
        assert got == status, (method, path, got, answer)
        return answer

    # Requests

    def identities(self):
        tokens = self.expect(200, "POST", "/v1/auth/login", {"loginId": "member", "password": "argus-demo"}, user=None)
        self.expect(401, "POST", "/v1/auth/login", {"loginId": "dave", "password": WRONG_PASSWORD}, user=None)
        fresh = self.expect(200, "POST", "/v1/auth/refresh", {"refreshToken": tokens["refreshToken"]}, user=None)
        self.expect(200, "POST", "/v1/auth/logout", {}, user=None, headers={"Authorization": f"Bearer {fresh['accessToken']}"})

    def reads(self):
        alice = self.users["alice"]
        for _ in range(8):
            self.expect(200, "GET", "/v1/projects/play")
            self.expect(200, "GET", "/v1/projects/play/plans?pageSize=5")
            self.expect(200, "POST", "/argus.v1.ProjectService/GetProject", {"name": "projects/play"})
            message = urllib.parse.quote(json.dumps({"name": "projects/play"}))
            self.expect(200, "GET", f"/argus.v1.ProjectService/GetProject?connect=v1&encoding=json&message={message}")
        assert grpc(self.server, "ProjectService/GetProject", text_field(1, "projects/play"), alice.token) == 0
        assert grpc(self.server, "ProjectService/GetProject", text_field(1, "projects/none"), alice.token) == 5
        assert grpc(self.server, "ProjectService/GetProject", text_field(1, "projects/play")) == 16
        self.expect(200, "GET", "/v1/auditLogs?pageSize=5", user="auditor")

    def refusals(self):
        self.expect(404, "GET", f"/v1/nowhere/{self.round}")
        self.expect(404, "GET", "/v1/projects/play/plans/999999")
        self.expect(403, "POST", "/v1/projects/play/sheets", {"content": "U0VMRUNUIDE="}, user="dave")
        self.expect(401, "GET", "/v1/projects/play", user=None)
        self.expect(400, "POST", "/v1/projects/play/plans", b"{")
        self.expect(405, "DELETE", "/v1/auth/login")

    # Changes

    def change(self, sql, engine, title="a change"):
        return Change(self.users["alice"], "projects/play", sql.format(t=self.table(engine, title)), self.targets[engine].name,
                      title=title)

    def table(self, engine, title):
        return f"{title.replace(' ', '_')}_{engine.lower()}_{self.round}"

    def approved(self, sql, engine, title):
        change = self.change(sql, engine, title)
        change.approve(self.users["bob"])
        change.start(self.users["carol"])
        return change

    def committed(self):
        for engine in self.targets:
            change = self.approved("CREATE TABLE {t} (id INTEGER PRIMARY KEY, note TEXT);"
                                   f"INSERT INTO {{t}} VALUES (1, '{SECRET_LITERAL}'), (2, 'b');", engine, "committed")
            self.end(change, "DONE")

    def failed(self):
        for engine in self.targets:
            change = self.approved("CREATE TABLE {t} (id INTEGER PRIMARY KEY, note TEXT);"
                                   f"INSERT INTO {{t}} VALUES (1, '{SECRET_LITERAL}'), (1, '{SECRET_LITERAL}');", engine, "failed")
            self.end(change, "FAILED")

    def end(self, change, state):
        rollout = change.wait(state, "DONE", "FAILED", "CANCELED")
        assert rollout["state"] == state, rollout
        self.seen.append((change.plan["title"], change.latest_run()))

    def rejected(self):
        change = self.change("CREATE TABLE {t} (id INTEGER PRIMARY KEY);", "SQLITE", "rejected")
        change.open_issue()
        issue = self.users["bob"].post(f"/v1/{change.issue['name']}:reject", {"comment": "not like this"})
        assert issue["approval"]["status"] == "REJECTED"

    def faulty(self):
        for engine in self.targets:
            assert "ERROR" in {run["verdict"] for run in self.change("SELECT 1; SELEC 2;", engine, "faulty").checks()}
            assert "WARNING" in {run["verdict"] for run in self.change("CREATE TABLE {t} (id INTEGER);", engine, "bare").checks()}

    def canceled(self):
        for engine in self.targets:
            change = self.approved(SLOW[engine], engine, "canceled")
            wait_for(lambda: change.tasks()[0]["state"] == "RUNNING" and (engine == "SQLITE" or sleeps(self.targets[engine])))
            self.users["carol"].post(f"/v1/{change.rollout['name']}/taskRuns:cancel",
                                     {"taskRuns": [change.tasks()[0]["latestTaskRun"]], "reason": "takes too long"})
            wait_for(lambda: change.latest_run()["state"] == "CANCELED")

    def skipped(self):
        change = self.approved("INSERT INTO orders (id) VALUES (1);", "SQLITE", "skipped")
        change.wait("FAILED")
        self.users["admin"].post(f"/v1/{change.rollout['name']}/tasks:batchSkip",
                                 {"tasks": [change.tasks()[0]["name"]], "reason": "done by hand"})
        assert change.tasks()[0]["state"] == "SKIPPED"

    def standing(self):
        """An approval that waits and a run that runs, until the gauges of the present (read every 15 s) have told of both."""
        self.change("CREATE TABLE {t} (id INTEGER PRIMARY KEY);", "SQLITE", "pending").open_issue()
        change = self.approved(SLOW["POSTGRES"], "POSTGRES", "running")
        wait_for(lambda: gauge(self.server, "argus_task_run_oldest_running_start_timestamp_seconds") > 0
                 and gauge(self.server, "argus_issue_oldest_pending_approval_timestamp_seconds") > 0, timeout=40, pause=0.5)
        self.users["carol"].post(f"/v1/{change.rollout['name']}/taskRuns:cancel",
                                 {"taskRuns": [change.tasks()[0]["latestTaskRun"]], "reason": "was seen"})
        wait_for(lambda: change.latest_run()["state"] == "CANCELED")

    # Gates

    def paused(self):
        with self.setting("EMERGENCY_PAUSE", {"emergencyPause": {"paused": True, "reason": "incident"}}, {"emergencyPause": {}}):
            self.held("paused")

    def frozen(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        day = datetime.timedelta(days=1)
        window = {"title": "freeze", "environments": ["environments/dev"], "reason": "year end",
                  "startTime": (now - day).strftime("%FT%TZ"), "endTime": (now + day).strftime("%FT%TZ")}
        with self.setting("MAINTENANCE_WINDOW", {"maintenanceWindow": {"freezeWindows": [window]}}, {"maintenanceWindow": {}}):
            change = self.held("frozen")
            self.users["admin"].post(f"/v1/{change.rollout['name']}:start", {"overrideFreezeReason": "the shop is down"})
            self.end(change, "DONE")

    def held(self, title):
        """An approved change that a gate holds."""
        change = self.change("CREATE TABLE {t} (id INTEGER PRIMARY KEY);", "SQLITE", title)
        change.approve(self.users["bob"])
        try:
            change.start(self.users["carol"])
        except ApiError as refused:
            assert refused.reason == "GATE_CLOSED", refused
            return change
        raise AssertionError(f"{title}: no gate held it")

    def setting(self, name, value, after):
        return _Setting(self.users["admin"], f"/v1/settings/{name}", value, after)

    # Failures of others

    def unreachable(self):
        if self.round == 0:
            self.users["dba"].post("/v1/instances", {"engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1",
                                                     "port": 1, "username": "u", "password": TARGET_PASSWORD,
                                                     "tls": {"mode": "VERIFY_CA", "caCertificate": certificate()}},
                                   instanceId="absent")
        for _ in range(6):
            self.expect(503, "POST", "/v1/instances/absent:sync", {}, user="dba")

    def unavailable(self):
        with self.outage:
            self.expect(503, "POST", "/v1/projects/play/sheets", {"content": "U0VMRUNUIDE="})


class _Setting:
    def __init__(self, admin, path, value, after):
        self.admin, self.path, self.value, self.after = admin, path, value, after

    def _set(self, value):
        self.admin.patch(self.path, dict(value, etag=self.admin.get(self.path)["etag"]))

    def __enter__(self):
        self._set(self.value)

    def __exit__(self, *_):
        self._set(self.after)


def gauge(server, name):
    """The value of a gauge without labels."""
    lines = scrape(server.url)[1].decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


def certificate():
    """A certificate authority's, PEM, good for a day."""
    done = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                           "-subj", "/CN=load", "-keyout", "/dev/null"], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def sleeps(target):
    return target.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()")


def leave_unknown(server, target):
    """Kills the server during a run whose marker then disappears: after about a minute of asking, the run is UNKNOWN."""
    change = Change(server.login("alice"), "projects/play", SLOW["POSTGRES"], target.name, title="unknown")
    change.approve(server.login("bob"))
    change.start(server.login("carol"))
    wait_for(lambda: sleeps(target))
    server.kill()
    target.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", target.database)
    marker = target.postgres.sql("SELECT schemaname FROM pg_tables WHERE tablename = 'task_marker'", target.database)
    target.postgres.sql(f'DROP SCHEMA "{marker}" CASCADE', target.database)
    server.start()
    change.runner = server.login("carol")
    return change


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")
