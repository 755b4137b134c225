"""One stage for all readers: three servers under the scripted load, scraped by two Prometheus servers and by ourselves."""
import concurrent.futures
import contextlib
import http.server
import threading
import time

import pytest
from argus_server import Argus, wait_for
from fixtures import PostgresTarget, SqliteTarget
from load import Load, MetastoreOutage, Scraper, leave_unknown, scrape
from postgres import Postgres
from prometheus_server import Blackbox, Prometheus


class TraceSink(http.server.ThreadingHTTPServer):
    """Takes OTLP over HTTP and forgets it: makes spans, and with them exemplars, exist."""

    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):  # noqa: N802
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def env(self):
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server_port}", "OTEL_TRACES_SAMPLER": "always_on",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_BSP_SCHEDULE_DELAY": "200"}


class Stage:
    """`servers` by name: sqlite and postgresql (their metastores), native (SQLite, with --native-histograms)."""

    def __init__(self, stack, postgres, folder):
        self.postgres = postgres
        self.metastore = stack.enter_context(contextlib.closing(Postgres()))
        self.sink = TraceSink()
        stack.callback(self.sink.server_close)
        stack.callback(self.sink.shutdown)
        self.targets = {}
        self.fresh = {}
        self.servers = {name: self._serve(stack, name) for name in ("sqlite", "postgresql", "native")}
        lost = PostgresTarget(self.servers["sqlite"], postgres, "lost")
        self.unknown = leave_unknown(self.servers["sqlite"], lost)
        self.fresh = {name: scrape(server.url)[1].decode() for name, server in self.servers.items()}
        self.began = time.time()
        addresses = {name: f"127.0.0.1:{server.port}" for name, server in self.servers.items()}
        blackbox = stack.enter_context(contextlib.closing(Blackbox()))
        self.openmetrics = stack.enter_context(contextlib.closing(Prometheus(addresses, ["exemplar-storage"], blackbox)))
        self.protobuf = stack.enter_context(
            contextlib.closing(Prometheus(addresses, ["exemplar-storage", "native-histograms"])))
        self._load()

    def _serve(self, stack, name):
        flags = {"sqlite": [], "postgresql": ["--metastore-url", self.metastore.url()], "native": ["--native-histograms"]}[name]
        return stack.enter_context(Argus("--demo", "--debug", *flags, env=self.sink.env))

    def _load(self):
        scrapers = {name: Scraper(server.url) for name, server in self.servers.items()}
        with concurrent.futures.ThreadPoolExecutor(len(self.servers)) as pool:
            jobs = {name: pool.submit(self._load_one, name) for name in self.servers}
            self.loads = {name: job.result() for name, job in jobs.items()}
        for scraper in scrapers.values():
            scraper.stop()
        time.sleep(2)  # two more scrapes by Prometheus, which alone it has no event for
        self.scrapers = scrapers
        self.ended = time.time()

    def wait_for_unknown(self):
        """The run whose marker was lost is given up after a minute."""
        wait_for(lambda: self.unknown.latest_run()["state"] == "UNKNOWN", timeout=120, pause=0.5)

    def _load_one(self, name):
        server = self.servers[name]
        targets = {"SQLITE": SqliteTarget(server), "POSTGRES": PostgresTarget(server, self.postgres, f"load_{name}")}
        # Not on the one whose UNKNOWN run is being asked about: with its metastore locked it would begin anew.
        outage = {"postgresql": MetastoreOutage(server, self.metastore), "native": MetastoreOutage(server)}.get(name)
        load = Load(server, targets, outage)
        load.run()
        return load


@pytest.fixture(scope="session")
def stage(postgres, tmp_path_factory):
    with contextlib.ExitStack() as stack:
        yield Stage(stack, postgres, tmp_path_factory.mktemp("stage"))


@pytest.fixture(params=["sqlite", "postgresql", "native"])
def name(request):
    return request.param
