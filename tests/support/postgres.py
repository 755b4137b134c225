"""A private PostgreSQL server in a temporary folder on a free loopback port."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _binaries():
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not folders:
        raise RuntimeError("PostgreSQL is not installed: run tools/setup")
    return folders[-1]


class Postgres:
    """PostgreSQL refuses to run as root, so root starts it as user postgres."""

    def __init__(self, fsync=False):
        self.bin = _binaries()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="argus-pg-"))
        self.port = free_port()
        self.prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.prefix:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.options = ["-D", self.folder / "data", "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
                        "-c", f"unix_socket_directories={self.folder}", "-c", f"fsync={'on' if fsync else 'off'}",
                        "-c", "max_connections=200", "-c", "log_min_messages=fatal"]
        self.process = None
        self.start()

    def _run(self, program, *arguments):
        subprocess.run([*self.prefix, self.bin / program, *map(str, arguments)], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def start(self):
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen([*self.prefix, self.bin / "postgres", *map(str, self.options)], cwd="/",
                                        stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if subprocess.run([self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def url(self, database="postgres", user="postgres"):
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def sql(self, text, database="postgres"):
        """Runs SQL as superuser; answers the rows as lines of '|'-separated values."""
        done = subprocess.run([self.bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)], input=text,
                              check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def create_database(self, name):
        self.sql(f'CREATE DATABASE "{name}"')
        return name

    def stop(self, how=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
