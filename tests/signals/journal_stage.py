"""Run by test_logs.py inside a mount namespace of its own: a real journald, a server that writes to it, and journalctl.

    journal_stage.py SUPPORT BINARY DATA_DIR    prints one JSON list of journal entries
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

SUPPORT, BINARY, DATA_DIR = sys.argv[1:]
sys.path.insert(0, SUPPORT)

from argus_server import Client, wait_for  # noqa: E402
from postgres import free_port  # noqa: E402

JOURNALD = "/lib/systemd/systemd-journald"


def sh(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def isolate():
    sh("mount", "--make-rprivate", "/")
    sh("mount", "-t", "tmpfs", "tmpfs", "/run")
    pathlib.Path("/run/systemd/journal").mkdir(parents=True)
    pathlib.Path("/run/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    sh("mount", "--bind", "/run/machine-id", "/etc/machine-id")
    # The machine's own journal must not be written: volatile storage only.
    pathlib.Path("/run/systemd/journald.conf.d").mkdir()
    pathlib.Path("/run/systemd/journald.conf.d/test.conf").write_text(
        "[Journal]\nStorage=volatile\nRateLimitBurst=0\nReadKMsg=no\nAudit=no\n")


def journal_stream():
    """A stream as the service manager gives it to a service for stdout and stderr."""
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    wait_for(lambda: os.path.exists("/run/systemd/journal/stdout"))
    stream.connect("/run/systemd/journal/stdout")
    stream.sendall(b"argus\nargus.service\n6\n0\n0\n0\n0\n")
    return stream


def provoke(url, data_dir):
    """Requests that log, one of them an error with its stack."""
    client = Client(url)
    wait_for(lambda: ready(client), timeout=60)
    admin = client.login("admin", (pathlib.Path(data_dir) / "initial-admin-password").read_text().strip())
    admin.post("/v1/instances", {"engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1", "port": 1,
                                 "username": "u"}, instanceId="absent")
    status, _, _ = admin.request("POST", "/v1/instances/absent:sync", {}, {"X-Correlation-ID": "journal-error"})
    assert status == 503


def ready(client):
    try:
        return client.request("GET", "/readyz")[0] == 200
    except OSError:
        return False


def entries():
    done = subprocess.run(["journalctl", "-D", "/run/log/journal", "-o", "json", "--all", "--no-pager"], capture_output=True,
                          check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    isolate()
    journald = subprocess.Popen([JOURNALD], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stream = journal_stream()
    found = os.fstat(stream.fileno())
    env = dict(os.environ, JOURNAL_STREAM=f"{found.st_dev}:{found.st_ino}")
    port = free_port()
    argus = subprocess.Popen([BINARY, "--demo", "--address", "127.0.0.1", "--port", str(port), "--grpc-port", "0",
                              "--data-dir", DATA_DIR], stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=env)
    try:
        provoke(f"http://127.0.0.1:{port}", DATA_DIR)
    finally:
        argus.terminate()
        argus.wait(30)
        time.sleep(0.5)  # journald gives no sign that its queue is empty
        print(json.dumps(entries()))
        journald.terminate()
        journald.wait(10)


main()
