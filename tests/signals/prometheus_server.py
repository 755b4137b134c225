"""Debian's Prometheus and its blackbox exporter as child processes, and queries to the former's HTTP API."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from argus_server import wait_for
from postgres import free_port

PROBE_MODULES = {"modules": {"health": {"prober": "http", "timeout": "1s", "http": {"preferred_ip_protocol": "ip4"}}}}


class _Child:
    """A process with a folder of its own; ready when `path` answers 200."""

    def __init__(self, path):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="argus-signals-"))
        self.port = free_port()
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_for(lambda: self._ready(path), timeout=30, pause=0.1)

    def _ready(self, path):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.HTTPError, OSError):
            return False

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Blackbox(_Child):
    """Probes that a Prometheus asks for by /probe?target=URL."""

    def __init__(self):
        super().__init__("/-/healthy")

    def command(self):
        config = self.folder / "blackbox.json"
        config.write_text(json.dumps(PROBE_MODULES))
        return ["prometheus-blackbox-exporter", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{self.port}"]


class Prometheus(_Child):
    """Scrapes every second. `targets` is {name: host:port}, seen as label `server`; with `blackbox`, their health as jobs healthz
    and readyz."""

    def __init__(self, targets, features, blackbox=None):
        self.targets = targets
        self.features = features
        self.blackbox = blackbox
        super().__init__("/-/ready")

    def command(self):
        config = self.folder / "prometheus.json"
        config.write_text(json.dumps(self._config()))
        return ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data", "--log.level=warn",
                f"--web.listen-address=127.0.0.1:{self.port}", f"--enable-feature={','.join(self.features)}"]

    def _config(self):
        jobs = [{"job_name": "argus", "static_configs": [{"targets": [address], "labels": {"server": name}}
                                                         for name, address in self.targets.items()]}]
        jobs += [self._probe(path) for path in ("healthz", "readyz") if self.blackbox]
        return {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": jobs}

    def _probe(self, path):
        return {"job_name": path, "metrics_path": "/probe", "params": {"module": ["health"]},
                "static_configs": [{"targets": [f"http://{address}/{path}"], "labels": {"server": name}}
                                   for name, address in self.targets.items()],
                "relabel_configs": [{"source_labels": ["__address__"], "target_label": "__param_target"},
                                    {"target_label": "__address__", "replacement": f"127.0.0.1:{self.blackbox.port}"}]}

    def get(self, path, **query):
        url = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.loads(answer.read())["data"]
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{query}: {refused.read().decode()}") from refused

    def query(self, expression, at=None):
        """[(labels, value)] now or `at` a time; a native histogram's value is its object."""
        result = self.get("/api/v1/query", query=expression, time=at or time.time())["result"]
        return [(r["metric"], float(r["value"][1]) if "value" in r else r["histogram"][1]) for r in result]

    def exemplars(self, selector, since):
        return self.get("/api/v1/query_exemplars", query=selector, start=since, end=time.time())
