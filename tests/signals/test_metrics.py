"""/metrics as its readers see it: promtool and the official parsers on every scrape of servers under load."""
import math
import re
import subprocess

import pytest
from argus_server import ROOT
from load import scrape
from prometheus_client import parser as classic
from prometheus_client.openmetrics import parser as openmetrics

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
MAX_SERIES = 5000

# Families that the load does not move, and why.
AT_REST = {
    "argus_build_info": "what was built stays",
    "argus_cpus": "what the machine has stays",
    "go_sched_gomaxprocs_threads": "the same",
    "argus_debug_enabled": "a flag at start",
    "argus_metastore_connections_limit": "a limit",
    "process_max_fds": "a limit",
    "process_virtual_memory_max_bytes": "a limit",
    "process_start_time_seconds": "of this process",
    "argus_memory_stack_bytes": "no thread comes or goes after the start",
    "go_memstats_stack_inuse_bytes": "the same",
    "argus_threads": "the same",
    "go_threads": "the same",
    "process_threads": "the same",
    "argus_log_dropped_total": "moves in test_hostile.py, which fills the disk under a log",
    "argus_log_write_errors_total": "the same",
    "argus_spans_dropped_total": "moves in tests/scenario/test_traces.py, whose collector refuses",
    "argus_outbox_backlog": "takes a second replica",
    "argus_metastore_standbys": "takes a standby of the metastore",
    "argus_metastore_replay_lag_seconds": "the same",
}
# Left out of a page until there is something to tell.
NOT_SERVED = {"argus_metastore_replay_lag_seconds"}


def samples_of(text):
    """{(sample name, labels): value} of a page in text format."""
    return {(s.name, tuple(sorted(s.labels.items()))): s.value
            for family in classic.text_string_to_metric_families(text) for s in family.samples}


def moved(before, after):
    """Names of the samples that are new or changed."""
    return {key[0] for key, value in after.items() if key not in before or before[key] != value}


def scrapes(stage, name, content_type):
    return [body for kind, body in stage.scrapers[name].scrapes if kind == content_type]


def test_promtool_has_nothing_to_say(stage, name):
    for page in (stage.fresh[name].encode(), scrape(stage.servers[name].url)[1]):
        done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, timeout=30, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_no_scrape_failed_during_the_load(stage, name):
    assert stage.scrapers[name].errors == []
    assert {kind for kind, _ in stage.scrapers[name].scrapes} == {TEXT, OPENMETRICS, PROTOBUF}
    assert len(stage.scrapers[name].scrapes) > 20


def test_the_official_parser_reads_every_text_scrape(stage, name):
    for body in scrapes(stage, name, TEXT):
        families = list(classic.text_string_to_metric_families(body.decode()))
        # As Go has it, go_memstats_alloc_bytes is a gauge beside a counter of that name and "_total".
        assert len({(family.name, family.type) for family in families}) == len(families)


def test_the_official_parser_reads_every_openmetrics_scrape(stage, name):
    for body in scrapes(stage, name, OPENMETRICS):
        assert body.endswith(b"# EOF\n")
        assert list(openmetrics.text_string_to_metric_families(body.decode()))


def test_every_protobuf_scrape_is_a_row_of_delimited_messages(stage, name):
    for body in scrapes(stage, name, PROTOBUF):
        at = messages = 0
        while at < len(body):
            length, at = varint(body, at)
            at += length
            messages += 1
        assert at == len(body) and messages > 20


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 0x80:
            return value, at


def test_counters_never_fall_and_no_series_disappears(stage, name):
    pages = [list(classic.text_string_to_metric_families(body.decode())) for body in scrapes(stage, name, TEXT)]
    before = {}
    for page in pages:
        now = {(s.name, tuple(sorted(s.labels.items()))): s.value for family in page if family.type in ("counter", "histogram")
               for s in family.samples}
        assert not before.keys() - now.keys()
        assert not [key for key, value in before.items() if now[key] < value and not math.isnan(value)]
        before = now


def test_a_fresh_server_has_few_series(stage, name):
    assert len(samples_of(stage.fresh[name])) <= MAX_SERIES


def catalogue():
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text()
    return sorted(set(re.findall(r"^\|? *#* *`([a-z][a-z0-9_]+)(?:\{[^`]*\})?`", page, re.MULTILINE)))


def of_family(samples, name):
    return {s for s in samples if s == name or re.fullmatch(re.escape(name) + "_(bucket|sum|count|total|created)", s)}


def test_every_metric_of_the_catalogue_is_served(stage):
    served = set()
    for server in stage.servers.values():
        served |= {key[0] for key in samples_of(scrape(server.url)[1].decode())}
    assert {name for name in catalogue() if not of_family(served, name)} == NOT_SERVED


def test_every_metric_of_the_catalogue_moves(stage):
    stage.wait_for_unknown()
    names = set()
    for name, server in stage.servers.items():
        fresh = samples_of(stage.fresh[name])
        for page in [*scrapes(stage, name, TEXT), scrape(server.url)[1]]:
            names |= moved(fresh, samples_of(page.decode()))
    assert len(catalogue()) > 30
    still = [name for name in catalogue() if not of_family(names, name) and name not in AT_REST]
    assert not still, " ".join(still)


@pytest.mark.parametrize("state", ["done", "failed", "canceled", "unknown"])
def test_each_end_of_a_run_is_counted(stage, state):
    stage.wait_for_unknown()
    samples = samples_of(scrape(stage.servers["sqlite"].url)[1].decode())
    count = sum(value for (name, labels), value in samples.items()
                if name == "argus_task_run_total" and dict(labels)["state"] == state)
    assert count == 1 if state == "unknown" else count >= 4


@pytest.mark.parametrize("line, expected", [
    ("curl -s http://localhost:8080/metrics | head -30", "# HELP"),
    ("curl -fs http://localhost:8080/healthz", '{"status":"ok"}'),
    ("curl -fs -o /dev/null -w '%{http_code}' http://localhost:8080/readyz", "200"),
])
def test_the_curl_lines_of_the_page_run_as_printed(stage, line, expected):
    line = line.replace("8080", str(stage.servers["sqlite"].port))
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0 and expected in done.stdout
