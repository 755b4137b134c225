"""Traces, as an OTLP receiver gets them: from the request to the statement on the target, and across replicas."""
import contextlib
import http.client
import re
import statistics
import time
import urllib.parse
import urllib.request

import pytest
from argus_server import Argus, Change, wait_for
from otlp_receiver import RECEIVERS, HttpReceiver

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
WORKERS_OF_A_REPLICA = 8


@contextlib.contextmanager
def receiving(protocol="http/protobuf"):
    receiver = RECEIVERS[protocol]()
    try:
        yield receiver
    finally:
        receiver.close()


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


def await_span(receiver, timeout=30, **wanted):
    """The first span with these fields."""
    def found():
        return next((s for s in receiver.spans() if all(getattr(s, k) == v for k, v in wanted.items())), None)
    return wait_for(found, timeout)


def ancestors(receiver, span):
    """From the parent up to the first that this server did not make; all within the span's trace."""
    by_id = {s.id: s for s in receiver.spans() if s.trace_id == span.trace_id}
    line = []
    while span.parent_id in by_id:
        span = by_id[span.parent_id]
        line.append(span)
    return line


def approved(server, sql, *targets):
    change = Change(server.login("alice"), "projects/play", sql, *targets)
    change.approve(server.login("bob"))
    change.runner = server.login("carol")
    change.rollout = change.runner.post("/v1/projects/play/rollouts", {"plan": change.plan["name"]})
    return change


def start(change, story, **headers):
    status, answered, _ = change.runner.request("POST", f"/v1/{change.rollout['name']}:start", {},
                                                {"X-Correlation-ID": story, **headers})
    assert status == 200
    return answered


def counter(server, name, **labels):
    """The sum of a counter's series that have these labels."""
    with urllib.request.urlopen(server.url + "/metrics", timeout=10) as answer:
        text = answer.read().decode()
    lines = [line for line in text.splitlines() if re.match(rf"{name}[{{ ]", line)]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if all(f'{k}="{v}"' in line for k, v in labels.items()))


# --- one trace ---


@pytest.mark.parametrize("protocol", RECEIVERS)
def test_one_trace_leads_from_the_request_to_the_statement(protocol, postgres, target_of):
    with receiving(protocol) as receiver, Argus("--demo", env=receiver.env()) as server:
        target = target_of(server, "POSTGRES")
        change = approved(server, "CREATE TABLE heard (query text);\n"
                          "INSERT INTO heard SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND query <> 'secret';",
                          target.name)
        headers = start(change, "trace-story", traceparent=TRACEPARENT, tracestate="vendor=1, other=2")
        assert change.wait()["state"] == "DONE"
        run = await_span(receiver, name="task run", trace_id=TRACE)
        request = next(s for s in receiver.spans() if s.trace_id == TRACE and s.parent_id == PARENT)
        statements = [s for s in receiver.spans() if s.trace_id == TRACE and s["argus.statement"]]

        # The request: a server span under the caller's, which the answer names.
        assert request.kind == "SPAN_KIND_SERVER" and request.name.startswith("POST /v1/")
        assert request["http.response.status_code"] == 200 and request["url.path"].endswith(":start")
        assert request.trace_state.replace(" ", "") == "vendor=1,other=2"
        assert headers["traceparent"] == f"00-{TRACE}-{request.id}-01"

        # The statements: client spans whose line leads through script and run to the request, and no further.
        assert [s.name for s in statements] == ["CREATE", "INSERT"]
        insert = statements[1]
        line = ancestors(receiver, insert)
        assert [s.name for s in line[:2]] == ["run script", "task run"] and line[-1] is request
        assert insert.kind == "SPAN_KIND_CLIENT" and insert["db.system.name"] == "postgresql"
        assert insert["db.namespace"] == target.database and insert["server.port"] == postgres.port
        assert insert["db.response.affected_rows"] == 1
        assert insert["db.query.text"].endswith("query <> ?")
        assert run["argus.state"] == "DONE" and run["argus.database"] == target.name
        for child, parent in zip([insert, *line], line):
            assert parent.start <= child.start, (child, parent)

        # The target heard of it by the statement's comment.
        heard = urllib.parse.unquote(target.rows("SELECT query FROM heard")[0][0])
        assert heard.endswith(f"/*correlation_id='trace-story',traceparent='00-{TRACE}-{insert.id}-01'*/")

        # The run goes back to whoever wrote the plan and approved it, in traces of their own.
        spans = {(s.trace_id, s.id): s for s in receiver.spans()}
        linked = {relation: spans[trace, span] for trace, span, relations in run.links for relation in relations}
        assert set(linked) == {"plan", "approval"}
        assert all(ancestor.trace_id != TRACE for ancestor in linked.values())
        paths = {relation: (ancestors(receiver, span) or [span])[-1]["url.path"] for relation, span in linked.items()}
        assert paths == {"plan": "/v1/projects/play/plans", "approval": f"/v1/{change.issue['name']}:approve"}

        # The metastore's statements are within, and all of it is found by the correlation id.
        metastore = [s for s in receiver.spans() if s.trace_id == TRACE and s["db.system.name"] == "sqlite"]
        assert metastore and all(ancestors(receiver, s)[-1] is request for s in metastore)
        assert {s["argus.correlation_id"] for s in receiver.spans() if s.trace_id == TRACE} == {"trace-story"}
        assert server.admin().get("/v1/correlations/trace-story")["traceIds"].count(TRACE) == 1


def test_a_failed_statement_names_its_sqlstate_and_no_value(receiver, target_of):
    with Argus("--demo", env=receiver.env(OTEL_EXPORTER_OTLP_COMPRESSION="gzip", OTEL_EXPORTER_OTLP_HEADERS="x-tenant=blue",
                                          OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test")) as server:
        target = target_of(server, "POSTGRES")
        change = approved(server, "CREATE TABLE once (id text PRIMARY KEY);\nINSERT INTO once VALUES ('tango'), ('tango');", target.name)
        start(change, "failing-story", traceparent=TRACEPARENT)
        assert change.wait()["state"] == "FAILED"
        run = await_span(receiver, name="task run", trace_id=TRACE)
        insert = await_span(receiver, name="INSERT", trace_id=TRACE)
        assert insert.failed and insert["db.response.status_code"] == "23505" and insert["error.type"] == "23505"
        assert run.failed and run["error.type"] == "STATEMENT_FAILED"
        assert "tango" not in repr([s for s in receiver.spans() if s.kind == "SPAN_KIND_CLIENT"])
        assert run.resource["service.name"] == "argus" and run.resource["deployment.environment.name"] == "test"
        assert receiver.headers[0]["x-tenant"] == "blue" and receiver.headers[0]["Content-Encoding"] == "gzip"


def test_a_run_on_another_replica_stays_in_the_trace(receiver, postgres):
    meta = postgres.url(postgres.create_database("meta_traced_replicas"))
    targets = [postgres.create_database(f"replicated_{i}") for i in range(WORKERS_OF_A_REPLICA + 4)]

    def env(replica):
        return receiver.env(OTEL_RESOURCE_ATTRIBUTES=f"service.instance.id={replica}")
    with Argus("--demo", "--metastore-url", meta, env=env("a")) as a, \
            Argus("--metastore-url", meta, "--key-file", str(a.data_dir / "keys"), env=env("b")):
        dba = a.login("dba")
        dba.post("/v1/instances", {"title": "many", "engine": "POSTGRES", "environment": "environments/dev", "host": "127.0.0.1",
                                   "port": postgres.port, "username": "postgres"}, instanceId="many")
        dba.post("/v1/instances/many:sync")
        names = [f"instances/many/databases/{target}" for target in targets]
        for name in names:
            dba.post(f"/v1/{name}:transfer", {"project": "projects/play"})
        # More databases than one replica takes at once, so that the other has its share.
        change = approved(a, "SELECT pg_sleep(1)", *names)
        start(change, "replica-story", traceparent=TRACEPARENT)
        assert change.wait()["state"] == "DONE"
        runs = wait_for(lambda: (r := [s for s in receiver.spans() if s.name == "task run"]) and len(r) == len(names) and r)
        request = await_span(receiver, parent_id=PARENT)
        assert {run.resource["service.instance.id"] for run in runs} == {"a", "b"}
        assert request.resource["service.instance.id"] == "a"
        assert {(run.trace_id, run["argus.correlation_id"]) for run in runs} == {(TRACE, "replica-story")}
        assert all(ancestors(receiver, run)[-1] is request for run in runs)
        statements = [s for s in receiver.spans() if s.trace_id == TRACE and s["argus.statement"]]
        assert {s.resource["service.instance.id"] for s in statements} == {"a", "b"}
        assert all(ancestors(receiver, s)[-1] is request for s in statements)


# --- propagation ---


@pytest.fixture(scope="module")
def traced():
    """(server, receiver) for requests that need no more than an answer."""
    with receiving() as receiver, Argus(env=receiver.env()) as server:
        yield server, receiver


def ask(server, *headers):
    """The traceparent of the answer to a request with these (name, value) headers, one of which may come twice."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("GET", "/v1/projects")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 401
    return answer.headers["traceparent"]


@pytest.mark.parametrize("header", [
    TRACEPARENT, TRACEPARENT[:-2] + "03", "cc" + TRACEPARENT[2:], f"cc{TRACEPARENT[2:]}-what-comes-later"],
    ids=["plain", "unknown flags", "later version", "longer later version"])
def test_the_callers_trace_goes_on(traced, header):
    answer = ask(traced[0], ("traceparent", header))
    assert re.fullmatch(f"00-{TRACE}-[0-9a-f]{{16}}-01", answer) and PARENT not in answer
    assert await_span(traced[1], id=answer[36:52]).parent_id == PARENT


@pytest.mark.parametrize("headers", [
    [TRACEPARENT.upper()], ["ff" + TRACEPARENT[2:]], ["0" + TRACEPARENT[2:]], [f"00-{'0' * 32}-{PARENT}-01"],
    [f"00-{TRACE}-{'0' * 16}-01"], [TRACEPARENT[:-1]], [TRACEPARENT + "-00"], [TRACEPARENT + "0"], [f"00-{TRACE[:-1]}-{PARENT}-01"],
    [f"00-{TRACE[:-1]}g-{PARENT}-01"], [TRACEPARENT.replace("-", "_")], [TRACEPARENT, TRACEPARENT], [""], ["x" * 4000]],
    ids=["upper case", "version ff", "short version", "zero trace", "zero span", "short", "version 00 with more", "long",
         "short trace id", "not hex", "wrong separators", "twice", "empty", "enormous"])
def test_a_forged_trace_is_not_followed(traced, headers):
    answer = ask(traced[0], *[("traceparent", header) for header in headers])
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", answer) and TRACE not in answer
    assert await_span(traced[1], id=answer[36:52]).parent_id == ""


@pytest.mark.parametrize("given, kept", [
    (["a=1,b=2"], "a=1,b=2"), (["a=1", "b=2"], "a=1,b=2"), ([" a=1 ,\t, b=2 "], "a=1,b=2"), (["t@v=x"], "t@v=x"),
    ([",".join(f"k{i}=v" for i in range(32))], ",".join(f"k{i}=v" for i in range(32))),
    ([",".join(f"k{i}=v" for i in range(33))], ""), (["a=1,a=2"], ""), (["A=1"], ""), (["a"], ""), (["a=" + "x" * 257], ""),
    (["k" * 257 + "=1"], "")],
    ids=["list", "two headers", "blanks", "tenant", "32", "33", "repeated key", "upper case", "no value", "long value", "long key"])
def test_tracestate_is_handed_on_whole_or_not_at_all(traced, given, kept):
    answer = ask(traced[0], ("traceparent", TRACEPARENT), *[("tracestate", value) for value in given])
    assert answer.startswith(f"00-{TRACE}")  # A bad list does not end the trace.
    assert await_span(traced[1], id=answer[36:52]).trace_state == kept


def test_without_the_propagator_the_callers_trace_is_not_followed(receiver):
    with Argus(env=receiver.env(OTEL_PROPAGATORS="none")) as server:
        assert ask(server, ("traceparent", TRACEPARENT)) is None
        span = wait_for(lambda: next((s for s in receiver.spans() if s.kind == "SPAN_KIND_SERVER"), None))
        assert span.trace_id != TRACE


# --- sampling ---

SAMPLED, UNSAMPLED = TRACEPARENT, TRACEPARENT[:-1] + "0"
LOW, HIGH = f"00-{'1' * 18}{'0' * 13}1-{PARENT}-01", f"00-{'1' * 18}{'f' * 14}-{PARENT}-01"


@pytest.mark.parametrize("sampler, argument, sent, recorded", [
    ("always_off", "", [SAMPLED, None], []),
    ("always_on", "", [UNSAMPLED, None], [UNSAMPLED, None]),
    ("parentbased_always_on", "", [UNSAMPLED, SAMPLED, None], [SAMPLED, None]),
    ("parentbased_always_off", "", [UNSAMPLED, SAMPLED, None], [SAMPLED]),
    ("traceidratio", "0.5", [LOW, HIGH], [HIGH]),
    ("parentbased_traceidratio", "0", [LOW, HIGH, None], [LOW, HIGH])])
def test_samplers(receiver, sampler, argument, sent, recorded):
    with Argus(env=receiver.env(OTEL_TRACES_SAMPLER=sampler, OTEL_TRACES_SAMPLER_ARG=argument)) as server:
        for traceparent in sent:
            ask(server, *([("traceparent", traceparent)] if traceparent else []))
    # The orderly stop has flushed what there was.
    requests = [s for s in receiver.spans() if s.kind == "SPAN_KIND_SERVER" and s["url.path"] == "/v1/projects"]
    assert sorted(s.trace_id for s in requests if s.parent_id) == sorted(t[3:35] for t in recorded if t)
    assert len(requests) == len(recorded)


@pytest.mark.parametrize("env", [
    {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, {"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}],
    ids=["no endpoint", "disabled", "no exporter"])
def test_off_no_span_is_made(receiver, env):
    with Argus(env=receiver.env(**env)) as server:
        assert ask(server, ("traceparent", TRACEPARENT)) in (None, TRACEPARENT)
        assert counter(server, "argus_spans_exported_total") == counter(server, "argus_spans_dropped_total") == 0
    assert receiver.calls == 0


def test_a_wrong_variable_is_named_and_its_default_holds(receiver):
    with Argus(env=receiver.env(OTEL_TRACES_SAMPLER="sometimes", OTEL_BSP_MAX_QUEUE_SIZE="many")) as server:
        answer = ask(server)
        await_span(receiver, id=answer[36:52])
        named = {line.get("variable") for line in server.log}
        assert {"OTEL_TRACES_SAMPLER", "OTEL_BSP_MAX_QUEUE_SIZE"} <= named


# --- a collector in trouble ---

ROUNDS = 5
ROUND = 120  # requests to each server


def latency(connection):
    began = time.perf_counter()
    connection.request("GET", "/v1/projects")
    connection.getresponse().read()
    return time.perf_counter() - began


def slowdown(untraced, traced):
    """(median, 99th percentile) of `traced` over those of `untraced`, asked in turn: the calmest of a few rounds, since what
    waits for the collector does so in each of them."""
    connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=30) for server in (untraced, traced)]
    ratios = []
    for _ in range(ROUNDS):
        times = [[latency(connection) for connection in connections] for _ in range(ROUND)]
        plain, with_spans = ([pair[i] for pair in times] for i in (0, 1))
        ratios.append((statistics.median(with_spans) / statistics.median(plain),
                       statistics.quantiles(with_spans, n=100)[98] / statistics.quantiles(plain, n=100)[98]))
    for connection in connections:
        connection.close()
    return min(r[0] for r in ratios), min(r[1] for r in ratios)


@pytest.mark.parametrize("protocol", RECEIVERS)
def test_a_collector_in_trouble_costs_nothing_but_counted_drops(protocol):
    hasty = {"OTEL_EXPORTER_OTLP_TIMEOUT": "400", "OTEL_BSP_MAX_QUEUE_SIZE": "64", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "32"}
    with receiving(protocol) as receiver, Argus() as untraced, Argus(env=receiver.env(**hasty)) as server:
        for trouble in (400, 429, 503, "hang", "killed"):
            before = counter(server, "argus_spans_dropped_total")
            receiver.close() if trouble == "killed" else receiver.behave(trouble)
            median, p99 = slowdown(untraced, server)
            print(f"{trouble}: median {median:.2f}, 99th percentile {p99:.2f} of an untraced server's")
            wait_for(lambda: counter(server, "argus_spans_dropped_total") > before)
            assert median < 1.5 and p99 < 2, trouble
            if trouble == 400:
                wait_for(lambda: counter(server, "argus_spans_dropped_total", reason="refused") > 0)
        assert counter(server, "argus_spans_dropped_total", reason="queue_full") > 0
        said = [line for line in server.log if "export" in line.get("msg", "") or "span" in line.get("msg", "")]
        assert 1 <= len(said) < 10, said  # Told of, not at every batch.
