"""Counters and times in Prometheus' words: the watchdog's names for HTTP, and a time a stage."""

from collections.abc import Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

from .runner import Runner

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
MAX_STAGE_LABELS = 32
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset(
    ("get", "head", "post", "put", "patch", "delete", "options", "trace", "connect")
)


class Metrics:
    """What this process counts. Labels have few values, whatever clients and handlers send."""

    def __init__(self, runner: Runner) -> None:
        """Makes a registry of its own, so that two in one process do not meet."""
        disable_created_metrics()  # type: ignore[no-untyped-call] # the library annotates no return
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Calls over HTTP.", ("code", "method"), registry=self._registry
        )
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time of a call over HTTP.",
            ("code", "method"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "http_requests_in_flight", "Calls over HTTP being answered.", registry=self._registry
        )
        self._grpc = Counter(
            "grpc_server_handled",
            "Calls over gRPC.",
            ("grpc_method", "grpc_code"),
            registry=self._registry,
        )
        self._grpc_seconds = Histogram(
            "grpc_server_handling_seconds",
            "Time of a call over gRPC.",
            ("grpc_method", "grpc_code"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._stages = Histogram(
            "function_stage_duration_seconds",
            "Time of a stage of the handler, as it reports them.",
            ("stage",),
            buckets=STAGE_BUCKETS,
            registry=self._registry,
        )
        calls = Gauge(
            "function_calls_in_flight",
            "Handler calls running and waiting, over every door.",
            registry=self._registry,
        )
        calls.set_function(lambda: runner.inflight)
        ProcessCollector(registry=self._registry)
        self._stage_names: set[str] = set()

    def http_begins(self) -> None:
        """An HTTP call came in."""
        self._in_flight.inc()

    def http_ends(self, method: str, status: int, seconds: float) -> None:
        """An HTTP call was answered.

        Args:
            method: as the client wrote it.
            status: of the reply.
            seconds: from its start.
        """
        self._in_flight.dec()
        self.http_refused(method, status, seconds)

    def http_refused(self, method: str, status: int, seconds: float) -> None:
        """A request was answered that never became a call.

        Args:
            method: as the client wrote it, or empty.
            status: of the reply.
            seconds: from its start.
        """
        lower = method.lower()
        labels = (str(status), lower if lower in _METHODS else "unknown")
        self._requests.labels(*labels).inc()
        self._seconds.labels(*labels).observe(seconds)

    def grpc_ends(self, method: str, code: str, seconds: float) -> None:
        """A gRPC call was answered.

        Args:
            method: the rpc's name.
            code: a name of grpc.StatusCode.
            seconds: from its start.
        """
        self._grpc.labels(method, code).inc()
        self._grpc_seconds.labels(method, code).observe(seconds)

    def stages(self, timings_ms: Mapping[str, float]) -> None:
        """A reply told how long its stages took.

        Args:
            timings_ms: stage name -> milliseconds.
        """
        for name, milliseconds in timings_ms.items():
            if name not in self._stage_names:
                if len(self._stage_names) >= MAX_STAGE_LABELS:
                    continue  # a handler that invents names must not grow the table without end
                self._stage_names.add(name)
            self._stages.labels(name).observe(milliseconds / 1000)

    def page(self) -> bytes:
        """Everything, in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)
