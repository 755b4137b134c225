"""The page's panels and alerts, asked of a real Prometheus that scraped servers under load."""
import math
import re

import pytest
from argus_server import wait_for

SERVERS = {"sqlite", "postgresql", "native"}
AUDIT = "argus_audit_log_last_entry_timestamp_seconds"

# {panel: (PromQL on classic histograms, PromQL on native ones where it differs)}
PANELS = {
    "requests": ("sum by (server) (rate(http_requests_total[5m]))", None),
    "latency": ("histogram_quantile(0.95, sum by (server, le) (rate(http_request_duration_seconds_bucket[5m])))",
                "histogram_quantile(0.95, sum by (server) (rate(http_request_duration_seconds[5m])))"),
    "5xx": ('sum by (server) (rate(http_requests_total{status=~"5.."}[5m]))', None),
    "heap": ("go_memstats_heap_inuse_bytes", None),
    "GC pause": ('go_gc_duration_seconds{quantile="0.5"}', None),
    "failed tasks": ('sum by (server) (rate(argus_task_run_total{state="failed"}[5m]))', None),
    "approval": ("sum by (server) (rate(argus_issue_approval_duration_seconds_sum[5m])) / "
                 "sum by (server) (rate(argus_issue_approval_duration_seconds_count[5m]))",
                 "histogram_sum(sum by (server) (rate(argus_issue_approval_duration_seconds[5m]))) / "
                 "histogram_count(sum by (server) (rate(argus_issue_approval_duration_seconds[5m])))"),
    "plan check": ("histogram_quantile(0.95, sum by (server, le) (rate(argus_plan_check_run_duration_seconds_bucket[5m])))",
                   "histogram_quantile(0.95, sum by (server) (rate(argus_plan_check_run_duration_seconds[5m])))"),
}
NATIVE = ("http_request_duration_seconds", "argus_issue_approval_duration_seconds", "argus_plan_check_run_duration_seconds")


def answers(prometheus, expression, at=None):
    """{server: value}; of several series of a server, the largest."""
    found = {}
    for labels, value in prometheus.query(expression, at):
        found[labels["server"]] = max(value, found.get(labels["server"], -math.inf))
    return found


def assert_answered(found, servers):
    assert servers <= found.keys() and all(found[server] > 0 for server in servers), found


@pytest.mark.parametrize("how", ["openmetrics", "protobuf"])
def test_every_scrape_was_taken(stage, how):
    prometheus = getattr(stage, how)
    assert answers(prometheus, 'min_over_time(up{job="argus"}[1m])') == dict.fromkeys(SERVERS, 1.0)
    targets = prometheus.get("/api/v1/targets")["activeTargets"]
    assert [t["lastError"] for t in targets if t["lastError"]] == []


@pytest.mark.parametrize("panel", PANELS)
def test_panels_answer_from_openmetrics(stage, panel):
    assert_answered(answers(stage.openmetrics, PANELS[panel][0], stage.ended), SERVERS)


@pytest.mark.parametrize("panel", PANELS)
def test_panels_answer_from_protobuf_of_a_server_with_classic_histograms(stage, panel):
    assert_answered(answers(stage.protobuf, PANELS[panel][0], stage.ended), {"sqlite", "postgresql"})


@pytest.mark.parametrize("panel", PANELS)
def test_panels_answer_from_native_histograms(stage, panel):
    plain, native = PANELS[panel]
    assert_answered(answers(stage.protobuf, native or plain, stage.ended), {"native"})


@pytest.mark.parametrize("family", NATIVE)
def test_native_histograms_are_stored(stage, family):
    found = [value for labels, value in stage.protobuf.query(f'{family}{{server="native"}}') if isinstance(value, dict)]
    assert sum(float(histogram["count"]) for histogram in found) > 0
    assert any(histogram.get("buckets") for histogram in found)
    assert stage.protobuf.query(f'{family}{{server!="native"}}') == []


@pytest.mark.parametrize("family", NATIVE)
def test_native_and_classic_histograms_count_alike(stage, family):
    window = f"{stage.ended - stage.began:.0f}s"
    native = stage.protobuf.query(f'sum(histogram_count(increase({family}{{server="native"}}[{window}] @ {stage.ended:.0f})))')
    classic = stage.openmetrics.query(f'sum(increase({family}_count{{server="native"}}[{window}] @ {stage.ended:.0f}))')
    assert native[0][1] == pytest.approx(classic[0][1], rel=0.1)


@pytest.mark.parametrize("how, family", [("openmetrics", "http_request_duration_seconds_bucket"),
                                         ("protobuf", "http_request_duration_seconds_bucket"),
                                         ("protobuf", "http_request_duration_seconds")])
def test_exemplars_are_stored_with_their_trace(stage, how, family):
    series = getattr(stage, how).exemplars(family, stage.began)
    exemplars = [exemplar for one in series for exemplar in one["exemplars"]]
    assert exemplars
    assert all(re.fullmatch("[0-9a-f]{32}", exemplar["labels"]["trace_id"]) for exemplar in exemplars)


# The four core alerts

def test_alert_service_unhealthy(stage):
    assert answers(stage.openmetrics, 'max_over_time(probe_http_status_code{job="healthz"}[5m])') == dict.fromkeys(SERVERS, 200.0)
    assert stage.openmetrics.query('probe_http_status_code{job="healthz"} >= 500') == []


def test_alert_no_new_audit_entry(stage):
    ages = answers(stage.openmetrics, f"time() - {AUDIT}")
    assert ages.keys() == SERVERS and all(-1 < age < 300 for age in ages.values()), ages
    assert stage.openmetrics.query(f"time() - max({AUDIT}) > 300") == []
    wait_for(lambda: stage.openmetrics.query(f"time() - max({AUDIT}) > 0.01"))


def test_alert_many_5xx(stage):
    expression = ('sum by (server) (rate(http_requests_total{status=~"5.."}[5m])) / '
                  "sum by (server) (rate(http_requests_total[5m])) > 0.01")
    assert_answered(answers(stage.openmetrics, expression, stage.ended), SERVERS)


def test_alert_metastore_unreachable(stage):
    seen = answers(stage.openmetrics, 'max_over_time(probe_http_status_code{job="readyz"}[5m])', stage.ended)
    assert seen["postgresql"] == 503
    wait_for(lambda: answers(stage.openmetrics, 'probe_http_status_code{job="readyz"}') == dict.fromkeys(SERVERS, 200.0))
