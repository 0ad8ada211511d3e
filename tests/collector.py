"""A stand-in for an OpenTelemetry collector: OTLP over HTTP on loopback, read by its own protos."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb


@dataclass(frozen=True)
class Span:
    """What a test looks at."""

    service: str
    name: str
    kind: int
    trace: str
    id: str
    parent: str
    began: int
    ended: int
    failed: bool
    attributes: dict


class Collector:
    """Keeps every span that it is sent."""

    def __init__(self):
        self.spans, self.paths, self._lock = [], set(), threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.take(self.path, pb.ExportTraceServiceRequest.FromString(body))
                told = pb.ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def take(self, path, request):
        """Note what a request tells."""
        with self._lock:
            self.paths.add(path)
            for resource in request.resource_spans:
                service = _values(resource.resource.attributes)["service.name"]
                for scope in resource.scope_spans:
                    self.spans += [_span(service, each) for each in scope.spans]

    def named(self, name, service=None):
        """The spans of a name."""
        with self._lock:
            return [
                each for each in self.spans if each.name == name and service in {None, each.service}
            ]

    def end(self):
        """Answer no more."""
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


def _span(service, span):
    return Span(
        service, span.name, span.kind, span.trace_id.hex(), span.span_id.hex(),
        span.parent_span_id.hex(), span.start_time_unix_nano, span.end_time_unix_nano,
        span.status.code == 2, _values(span.attributes),
    )  # fmt: skip


def _values(attributes):
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value")
        for each in attributes
    }
