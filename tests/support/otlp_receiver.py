"""An OTLP receiver for traces, over HTTP with protobuf and over gRPC, that keeps what it got and can misbehave."""
import concurrent.futures
import gzip
import http.server
import threading

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

GRPC_CODES = {400: grpc.StatusCode.INVALID_ARGUMENT, 429: grpc.StatusCode.RESOURCE_EXHAUSTED, 503: grpc.StatusCode.UNAVAILABLE}


def _value(any_value):
    kind = any_value.WhichOneof("value")
    return getattr(any_value, kind) if kind else None


def _attributes(pairs):
    return {pair.key: _value(pair.value) for pair in pairs}


class Span:
    """A received span; ids in hex, "" for no parent."""

    def __init__(self, span, resource):
        self.trace_id, self.id, self.parent_id = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
        self.name, self.kind, self.trace_state = span.name, span.SpanKind.Name(span.kind), span.trace_state
        self.start, self.end = span.start_time_unix_nano, span.end_time_unix_nano
        self.failed = span.status.code == span.status.STATUS_CODE_ERROR
        self.attributes = _attributes(span.attributes)
        self.links = [(link.trace_id.hex(), link.span_id.hex(), sorted(map(str, _attributes(link.attributes).values())))
                      for link in span.links]
        self.resource = resource

    def __getitem__(self, key):
        return self.attributes.get(key)

    def __repr__(self):
        return f"<{self.name} {self.trace_id[:6]}/{self.id[:6]} in {self.parent_id[:6]} {self.attributes}>"


class _Receiver:
    """Answers 200 until told otherwise: `behave(429)`, 503, 400, or "hang", which holds calls until the next `behave`."""

    def __init__(self):
        self.lock = threading.Lock()
        self.behaviour = 200
        self.released = threading.Event()
        self.received = []
        self.calls = 0
        self.headers = []

    def behave(self, behaviour):
        self.behaviour, released = behaviour, self.released
        self.released = threading.Event()
        released.set()

    def env(self, **more):
        """What a server's environment needs to export here, without delay."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": self.protocol,
                "OTEL_BSP_SCHEDULE_DELAY": "50", **more}

    def spans(self):
        with self.lock:
            return list(self.received)

    def _take(self, request, headers):
        """The status to answer with; keeps the spans of a request that is taken."""
        behaviour, released = self.behaviour, self.released
        with self.lock:
            self.calls += 1
        if behaviour == "hang":
            released.wait(60)
            return 503
        if behaviour == 200:
            spans = [Span(span, _attributes(of.resource.attributes))
                     for of in request.resource_spans for scope in of.scope_spans for span in scope.spans]
            with self.lock:
                self.headers.append(headers)
                self.received += spans
        return behaviour


class HttpReceiver(_Receiver):
    protocol = "http/protobuf"

    def __init__(self):
        super().__init__()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                right = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                request = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
                self._answer(receiver._take(request, dict(self.headers)) if right else 404)

            def _answer(self, status):
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/x-protobuf")
                    self.send_header("Content-Length", "0")
                    if status in (429, 503):
                        self.send_header("Retry-After", "0")
                    self.end_headers()
                except OSError:
                    pass  # The client did not wait.

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.behave(503)
        self.server.shutdown()
        self.server.server_close()


class GrpcReceiver(_Receiver, trace_service_pb2_grpc.TraceServiceServicer):
    protocol = "grpc"

    def __init__(self):
        super().__init__()
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self.server)
        self.endpoint = f"http://127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def Export(self, request, context):  # noqa: N802, the service's own name
        status = self._take(request, dict(context.invocation_metadata()))
        if status != 200:
            context.abort(GRPC_CODES[status], f"told to answer {status}")
        return trace_service_pb2.ExportTraceServiceResponse()

    def close(self):
        self.behave(503)
        self.server.stop(0)


RECEIVERS = {"http/protobuf": HttpReceiver, "grpc": GrpcReceiver}
