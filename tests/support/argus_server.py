"""A real ./argus as a child process, and the REST client that scenarios speak to it with."""
import base64
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("ARGUS_BINARY", str(ROOT / "argus"))
DEMO_PASSWORD = "argus-demo"


class ApiError(Exception):
    """A refused call: HTTP status, canonical code, reason, message and the fields that are at fault."""

    def __init__(self, status, body):
        error = body.get("error", {})
        self.http = status
        self.status = error.get("status")
        self.message = error.get("message", "")
        details = error.get("details", [])
        self.reason = next((d["reason"] for d in details if "reason" in d), None)
        self.fields = [v["field"] for d in details for v in d.get("fieldViolations", [])]
        super().__init__(f"{status} {self.status} [{self.reason}] {self.message} {self.fields}")


class Client:
    def __init__(self, url, token=None):
        self.url = url
        self.token = token

    def request(self, method, path, body=None, headers=None, timeout=60):
        """(status, headers, parsed JSON). Never raises for an answer."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.headers, _parse(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, _parse(refused.read())

    def call(self, method, path, body=None, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        status, _, answer = self.request(method, path, body)
        if status != 200:
            raise ApiError(status, answer)
        return answer

    def get(self, path, **query):
        return self.call("GET", path, **query)

    def post(self, path, body=None, **query):
        return self.call("POST", path, body if body is not None else {}, **query)

    def patch(self, path, body, **query):
        return self.call("PATCH", path, body, **query)

    def delete(self, path, **query):
        return self.call("DELETE", path, **query)

    def login(self, login_id, password=DEMO_PASSWORD):
        tokens = Client(self.url).post("/v1/auth/login", {"loginId": login_id, "password": password})
        return Client(self.url, tokens["accessToken"])


def _parse(raw):
    try:
        return json.loads(raw) if raw else {}
    except ValueError:
        return {"raw": raw.decode(errors="replace")}


class Argus:
    """Started by `with`; its log lines are kept. `kill()` is kill -9; `start()` again resumes on the same data."""

    def __init__(self, *flags, data_dir=None, env=None):
        self.own = tempfile.TemporaryDirectory(prefix="argus-")
        self.data_dir = pathlib.Path(data_dir or self.own.name)
        self.flags = list(flags)
        self.env = dict(os.environ, **(env or {}))
        self.process = None
        self.log = []
        self.ready = threading.Event()

    def start(self, wait=True):
        self.ready.clear()
        self.process = subprocess.Popen(
            [BINARY, "--address", "127.0.0.1", "--port", "0", "--grpc-port", "0", "--data-dir", str(self.data_dir),
             "--enable-json-logging", *self.flags],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.env)
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()
        if wait:
            deadline = time.monotonic() + 60
            while not self.ready.wait(0.01):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.reader.join(2)
                    raise RuntimeError("argus did not start:\n" + "\n".join(map(str, self.log[-20:])))
        return self

    def _read(self, process):
        for raw in process.stdout:
            try:
                line = json.loads(raw)
            except ValueError:
                line = {"msg": raw.decode(errors="replace").rstrip()}
            self.log.append(line)
            if line.get("msg") == "server ready":
                self.port, self.grpc_port = line["http_port"], line["grpc_port"]
                self.ready.set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def anonymous(self):
        return Client(self.url)

    def admin(self):
        password = (self.data_dir / "initial-admin-password").read_text().strip()
        return self.anonymous.login("admin", password)

    def login(self, login_id, password=DEMO_PASSWORD):
        return self.anonymous.login(login_id, password)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=60):
        """Exit code of an orderly stop."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self.reader.join(5)
        return code

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            code = self.stop()
            assert code == 0, f"argus ended with {code}:\n" + "\n".join(map(str, self.log[-20:]))
        finally:
            if self.process.poll() is None:
                self.kill()
            self.own.cleanup()


def wait_for(look, timeout=30, pause=0.02):
    """The first true value of `look()`."""
    deadline = time.monotonic() + timeout
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain")
        time.sleep(pause)


class Change:
    """One change on its way through the API, as a user would carry it."""

    def __init__(self, author, project, sql, *targets, title="a change"):
        self.author = author
        self.project = project
        sheets = [author.post(f"/v1/{project}/sheets", {"content": base64.b64encode(text.encode()).decode()})["name"]
                  for text in ([sql] if isinstance(sql, str) else sql)]
        self.plan = author.post(f"/v1/{project}/plans",
                                {"title": title, "specs": [{"sheet": s, "targets": list(targets)} for s in sheets]})

    def checks(self):
        def finished():
            runs = self.author.get(f"/v1/{self.plan['name']}/planCheckRuns", pageSize=1000)["planCheckRuns"]
            return runs and all(run["state"] not in ("PENDING", "RUNNING") for run in runs) and runs
        return wait_for(finished)

    def open_issue(self):
        self.checks()
        self.issue = self.author.post(f"/v1/{self.project}/issues", {"title": self.plan["title"], "plan": self.plan["name"]})
        self.issue = wait_for(lambda: (i := self.author.get(f"/v1/{self.issue['name']}"))["approval"]["status"] != "CHECKING" and i)
        return self.issue

    def approve(self, approver):
        if not hasattr(self, "issue"):
            self.open_issue()
        self.issue = approver.post(f"/v1/{self.issue['name']}:approve", {"comment": "looks good"})
        return self.issue

    def start(self, runner):
        self.runner = runner
        self.rollout = runner.post(f"/v1/{self.project}/rollouts", {"plan": self.plan["name"]})
        return runner.post(f"/v1/{self.rollout['name']}:start")

    def get(self):
        return self.runner.get(f"/v1/{self.rollout['name']}")

    def wait(self, *states, timeout=60):
        states = states or ("DONE", "FAILED", "CANCELED")
        return wait_for(lambda: (r := self.get())["state"] in states and r, timeout)

    def tasks(self):
        return [task for stage in self.get()["stages"] for task in stage["tasks"]]

    def latest_run(self, index=0):
        return self.runner.get(f"/v1/{self.tasks()[index]['latestTaskRun']}")
