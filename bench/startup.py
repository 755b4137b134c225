#!/usr/bin/env python3
"""Ready time and idle memory of ./argus on SQLite, beside a bare Node.js HTTP server in the same run.

    bench/startup.py [ARGUS_BINARY]

Prints the medians of interleaved starts with their spread, their ratio to the peer, and the floors of the design
(ready <= 150 ms, idle RSS <= 40 MiB). Argus starts on a data directory that exists, as after a restart.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNS = 11
PEER = "require('http').createServer((q, r) => r.end()).listen(0, '127.0.0.1', () => console.log('ready'))"


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def start(command, is_ready):
    """(milliseconds until ready, RSS in MiB two seconds later)"""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        for line in process.stdout:
            if is_ready(line):
                break
        ready_ms = (time.perf_counter() - began) * 1000
        time.sleep(2)
        return ready_ms, rss_mib(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def argus_ready(line):
    try:
        return json.loads(line).get("msg") == "server ready"
    except ValueError:
        return False


def show(name, unit, ours, peers, floor):
    middle, other = statistics.median(ours), statistics.median(peers)
    print(f"{name:10} {middle:7.1f} {unit} [{min(ours):.1f} .. {max(ours):.1f}]  Node.js {other:.1f} {unit} "
          f"[{min(peers):.1f} .. {max(peers):.1f}]  ratio {middle / other:.2f}  floor {floor} {unit}: "
          f"{'held' if middle <= floor else 'MISSED'}")


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "argus")
    with tempfile.TemporaryDirectory() as data:
        argus = [binary, "--address", "127.0.0.1", "--port", "0", "--grpc-port", "0", "--data-dir", data, "--enable-json-logging"]
        start(argus, argus_ready)  # makes the metastore and the admin
        pairs = [(start(argus, argus_ready), start(["node", "-e", PEER], lambda line: b"ready" in line)) for _ in range(RUNS)]
    show("ready", "ms", [ours[0] for ours, _ in pairs], [peer[0] for _, peer in pairs], 150)
    show("idle RSS", "MiB", [ours[1] for ours, _ in pairs], [peer[1] for _, peer in pairs], 40)


main()
