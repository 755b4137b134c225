"""Profiles of a loaded server, taken as the documentation says and read by Go's own pprof."""
import glob
import http.client
import os
import re
import shutil
import subprocess
import threading
import time

import pytest
from argus_server import BINARY, Argus, Change

GO = shutil.which("go", path=":".join(sorted(glob.glob("/usr/lib/go-*/bin"), reverse=True) + [os.environ["PATH"]]))
pytestmark = pytest.mark.skipif(not GO, reason="no Go to read profiles with")
# Builds with a sanitizer have its allocator, which samples nothing.
needs_jemalloc = pytest.mark.skipif(b"libjemalloc" not in subprocess.run(["ldd", BINARY], capture_output=True, check=False).stdout,
                                    reason="HEAP PROFILES WERE NOT TRIED: built without jemalloc")


@pytest.fixture(scope="module")
def debug():
    with Argus("--demo", "--debug") as server:
        yield server


@pytest.fixture(scope="module")
def loaded(debug):
    """The server while clients read from it, several a moment, and now and then change a schema."""
    stop = threading.Event()

    def read():
        client = debug.login("alice")
        while not stop.is_set():
            client.get("/v1/projects/play/plans")
            client.get("/v1/projects/play")

    def change():
        number = 0
        while not stop.is_set():
            number += 1
            made = Change(debug.login("alice"), "projects/play", f"CREATE TABLE profiled_{number} (id INTEGER PRIMARY KEY)",
                          "instances/dev/databases/shop", title=f"profiled {number}")
            made.approve(debug.login("bob"))
            made.start(debug.login("carol"))
            made.wait("DONE")

    clients = [threading.Thread(target=work) for work in [read] * 4 + [change]]
    for client in clients:
        client.start()
    yield debug
    stop.set()
    for client in clients:
        client.join()


def fetch(server, path, method="GET", body=None, **headers):
    """(status, headers, body) of a request below /debug/pprof/ from this machine to localhost."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, "/debug/pprof/" + path, body,
                           {"Host": f"localhost:{server.port}"} | {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def refused(answer, status):
    assert answer[0] == status, answer[2]
    assert answer[1]["X-Go-Pprof"] == "1" and answer[1]["Content-Type"].startswith("text/plain")
    return answer[2].decode()


def pprof(tmp_path, *arguments):
    done = subprocess.run([GO, "tool", "pprof", *arguments], capture_output=True, text=True, timeout=60, check=False,
                          env=dict(os.environ, HOME=str(tmp_path), PPROF_TMPDIR=str(tmp_path), PPROF_BINARY_PATH="/nowhere"))
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_profile(server, tmp_path, path, name="profile.pb.gz"):
    """`go tool pprof -top` and `-raw` of what the server answers."""
    status, headers, body = fetch(server, path)
    assert status == 200, body
    assert headers["Content-Type"] == "application/octet-stream" and "attachment" in headers["Content-Disposition"]
    file = tmp_path / name
    file.write_bytes(body)
    return pprof(tmp_path, "-top", "-cum", "-nodecount=100000", str(file)), pprof(tmp_path, "-raw", str(file))


@needs_jemalloc
def test_the_documented_commands_run_as_printed(loaded, tmp_path):
    port = loaded.port
    for line in [f"curl -o {tmp_path}/cpu.pprof http://localhost:8080/debug/pprof/profile?seconds=2",
                 f"curl -o {tmp_path}/heap.pprof http://localhost:8080/debug/pprof/heap",
                 f"curl -o {tmp_path}/goroutine.txt 'http://localhost:8080/debug/pprof/goroutine?debug=2'"]:
        subprocess.run(["bash", "-c", line.replace(":8080", f":{port}")], check=True, capture_output=True, timeout=60)
    assert "argus::" in pprof(tmp_path, "-top", f"{tmp_path}/cpu.pprof")
    assert "Type: inuse_space" in pprof(tmp_path, "-top", f"{tmp_path}/heap.pprof")
    dump = (tmp_path / "goroutine.txt").read_text()
    assert re.search(r'^thread \d+ "worker" \[', dump, re.M) and "argus::WorkerPool::Run" in dump
    web = subprocess.Popen([GO, "tool", "pprof", "-no_browser", "-http", "localhost:0", f"{tmp_path}/cpu.pprof"],
                           stderr=subprocess.PIPE, text=True, env=dict(os.environ, HOME=str(tmp_path)))
    try:
        assert any("Serving web UI" in web.stderr.readline() for _ in range(5))
    finally:
        web.kill()
        web.wait()
        web.stderr.close()


def test_cpu_profile_of_a_loaded_server(loaded, tmp_path):
    top, raw = read_profile(loaded, tmp_path, "profile?seconds=3")
    assert "Type: cpu" in top
    assert "argus::rpc::Dispatcher::Run" in top and "argus::net::" in top
    assert re.search(r"rpc\.method:\[argus\.v1\.\w+\.\w+\]", raw)
    assert "src/platform/rpc/dispatcher.cc" in raw
    assert re.search(r"^\d+: 0x[0-9a-f]+/0x[0-9a-f]+/0x[0-9a-f]+ \S*argus\S* [0-9a-f]{16,} ", raw, re.M), "mapping with build id"
    focused = pprof(tmp_path, "-top", "-tagfocus=rpc.method", str(tmp_path / "profile.pb.gz"))
    assert "argus::" in focused


@needs_jemalloc
def test_heap_profiles(loaded, tmp_path):
    top, raw = read_profile(loaded, tmp_path, "heap")
    assert "Type: inuse_space" in top
    for kind in ("alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes"):
        assert kind in raw
    deadline = time.monotonic() + 30  # one sample for half a MiB
    while "argus::" not in read_profile(loaded, tmp_path, "allocs")[0]:
        assert time.monotonic() < deadline
    top, _ = read_profile(loaded, tmp_path, "allocs")
    assert "Type: alloc_space" in top
    text = fetch(loaded, "heap?debug=1")[2].decode()
    assert text.startswith("heap profile: ")
    (tmp_path / "heap.txt").write_text(text)
    pprof(tmp_path, "-top", str(tmp_path / "heap.txt"))


def test_thread_profiles(loaded, tmp_path):
    top, raw = read_profile(loaded, tmp_path, "goroutine")
    assert "Type: goroutine" in top and "argus::WorkerPool::Run" in top and "argus::PeriodicThread::Run" in top
    assert "thread:[http-io]" in raw and "runner:[housekeeping]" in raw
    top, _ = read_profile(loaded, tmp_path, "threadcreate")
    assert "Type: threadcreate" in top
    assert fetch(loaded, "goroutine?debug=1")[2].decode().startswith("goroutine profile: total ")
    dump = fetch(loaded, "goroutine?debug=2")[2].decode()
    assert "  runner: housekeeping\n" in dump
    threads = len(os.listdir(f"/proc/{loaded.process.pid}/task"))
    assert abs(len(re.findall(r"^thread ", dump, re.M)) - threads) <= 8
    deadline = time.monotonic() + 30
    while not re.search(r"  correlation_id: \S+\n  rpc.method: argus\.v1\.", dump):
        assert time.monotonic() < deadline, "no dump met a request"
        dump = fetch(loaded, "goroutine?debug=2")[2].decode()


def test_mutex_and_block_profiles(loaded, tmp_path):
    deadline = time.monotonic() + 60
    while "argus::" not in read_profile(loaded, tmp_path, "mutex")[0]:
        assert time.monotonic() < deadline, "nobody ever waited for a lock"
    for name in ("mutex", "block"):
        top, raw = read_profile(loaded, tmp_path, name)
        assert "Type: delay" in top and "contentions/count delay/nanoseconds" in raw
        text = fetch(loaded, name + "?debug=1")[2].decode()
        assert text.startswith("--- " + {"mutex": "mutex", "block": "contention"}[name])
        (tmp_path / "text").write_text(text)
        pprof(tmp_path, "-top", str(tmp_path / "text"))


@pytest.mark.parametrize("name", [*(pytest.param(name, marks=needs_jemalloc) for name in ("heap", "allocs")), "goroutine", "threadcreate", "block", "mutex"])
def test_delta_profiles(loaded, tmp_path, name):
    status, headers, body = fetch(loaded, name + "?seconds=1")
    assert status == 200 and f'filename="{name}-delta"' in headers["Content-Disposition"]
    (tmp_path / name).write_bytes(body)
    assert re.search(r"Duration: [1-9]", pprof(tmp_path, "-raw", str(tmp_path / name)))
    pprof(tmp_path, "-top", str(tmp_path / name))


def test_index_command_line_and_symbols(debug, tmp_path):
    assert b"goroutine?debug=2" in fetch(debug, "")[2]
    assert fetch(debug, "cmdline")[2].split(b"\0")[-1] == b"--debug"
    text = fetch(debug, "goroutine?debug=1")[2].decode()
    returned_to = re.search(r"^#\t(0x[0-9a-f]+)\targus::WorkerPool::Run\t", text, re.M).group(1)
    address = hex(int(returned_to, 16) - 1)
    for answer in (fetch(debug, "symbol?" + address + "+0x1"), fetch(debug, "symbol", "POST", address)):
        assert answer[2].decode().startswith(f"num_symbols: 1\n{address} argus::WorkerPool::Run\n")
    read = pprof(tmp_path, "-top", f"http://localhost:{debug.port}/debug/pprof/goroutine")
    assert "argus::WorkerPool::Run" in read, "straight from the server"


@pytest.mark.parametrize("query", ["seconds=-1", "seconds=0", "seconds=999999", "seconds=abc", "seconds=1e9", "seconds=",
                                   "seconds=18446744073709551617", "hz=0", "hz=100000", "seconds=%zz"])
def test_hostile_parameters(debug, query):
    refused(fetch(debug, "profile?" + query), 400)
    if not query.startswith("hz"):
        refused(fetch(debug, "heap?" + query), 400)


def test_hostile_requests(debug):
    refused(fetch(debug, "heap?debug=9"), 400)
    refused(fetch(debug, "heap?debug=1&seconds=1"), 400)
    refused(fetch(debug, "trace?seconds=1"), 404)
    refused(fetch(debug, "../../etc/passwd"), 404)
    refused(fetch(debug, "heap", "POST"), 405)
    assert fetch(debug, "symbol", "POST", b"0xdead+" * 100_000)[0] == 200
    assert fetch(debug, "symbol", "POST", b"x" * (2 << 20))[0] in (400, 413, 429)


def test_two_at_once(debug):
    first = {}
    taking = threading.Thread(target=lambda: first.update(answer=fetch(debug, "profile?seconds=3")))
    taking.start()
    time.sleep(1)
    assert "in use" in refused(fetch(debug, "profile?seconds=1"), 500)
    dumps = [threading.Thread(target=fetch, args=(debug, "goroutine?debug=2")) for _ in range(8)]
    for dump in dumps:
        dump.start()
    for dump in dumps:
        dump.join()
    taking.join()
    assert first["answer"][0] == 200


def test_a_client_that_leaves_ends_its_profile(debug):
    connection = http.client.HTTPConnection("127.0.0.1", debug.port)
    connection.request("GET", "/debug/pprof/profile?seconds=600", headers={"Host": "localhost"})
    time.sleep(0.5)
    connection.close()
    deadline = time.monotonic() + 10
    while fetch(debug, "profile?seconds=1")[0] != 200:
        assert time.monotonic() < deadline


def test_timed_profiles_keep_no_worker(debug):
    taking = [threading.Thread(target=fetch, args=(debug, name + "?seconds=3")) for name in ("profile", "goroutine", "mutex")]
    for thread in taking:
        thread.start()
    time.sleep(0.5)
    assert "too many" in refused(fetch(debug, "block?seconds=1"), 500)
    assert b"thread " in fetch(debug, "goroutine?debug=2")[2]
    began = time.monotonic()
    assert debug.anonymous.request("GET", "/healthz")[0] == 200
    assert time.monotonic() - began < 1
    for thread in taking:
        thread.join()


def test_strangers_are_refused(debug):
    for headers in ({"Host": "argus.example.com"}, {"X_Forwarded_For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"},
                    {"X_Real_IP": "127.0.0.1"}, {"Via": "1.1 proxy"}):
        assert "bb.debug.profile" in refused(fetch(debug, "goroutine", **headers), 403)
    outside = {"Host": "argus.example.com"}
    refused(fetch(debug, "goroutine", **outside, Authorization=f"Bearer {debug.login('alice').token}"), 403)
    refused(fetch(debug, "goroutine", **outside, Authorization="Bearer nonsense"), 403)
    assert fetch(debug, "goroutine", **outside, Authorization=f"Bearer {debug.admin().token}")[0] == 200


def test_nothing_is_served_without_debug(demo_sqlite):
    for path in ("", "profile?seconds=1", "heap", "goroutine?debug=2"):
        assert fetch(demo_sqlite, path)[0] == 404


def test_profiles_move_with_the_metrics():
    from types import SimpleNamespace
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Argus("--debug", "--metrics-address", f"127.0.0.1:{port}") as server:
        assert fetch(server, "goroutine")[0] == 404
        assert fetch(SimpleNamespace(port=port), "goroutine")[0] == 200


def test_sigterm_does_not_wait_for_a_profile():
    server = Argus("--debug").start()
    taking = threading.Thread(target=fetch, args=(server, "profile?seconds=600"))
    taking.start()
    time.sleep(0.5)
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 10
    taking.join()
    server.own.cleanup()
