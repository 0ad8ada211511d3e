"""The gateway's metrics, under the names OpenFaaS gives them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from dcf.gateway.core import NAMESPACE
from dcf.providers.base import FunctionStatus

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counts and times of calls, and replicas, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._total = Counter(
            "gateway_function_invocation",
            "Calls by function and status",
            ["function_name", "code"],
            registry=self._registry,
        )
        # A count, but its name in OpenFaaS lacks the `_total` that the library gives to counters.
        self._started = Gauge(
            "gateway_function_invocation_started",
            "Calls begun, by function",
            ["function_name"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "gateway_functions_seconds",
            "Time of calls through the gateway",
            ["function_name", "code"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._replicas = Gauge(
            "gateway_service_count", "Ready replicas", ["function_name"], registry=self._registry
        )

    def started(self, name: str) -> None:
        """Count a call when it begins."""
        self._started.labels(f"{name}.{NAMESPACE}").inc()

    def called(self, name: str, code: int, seconds: float) -> None:
        """Count one call by its HTTP status."""
        labels = (f"{name}.{NAMESPACE}", str(code))
        self._total.labels(*labels).inc()
        self._seconds.labels(*labels).observe(seconds)

    def text(self, statuses: list[FunctionStatus]) -> bytes:
        """Everything in Prometheus' text format."""
        self._replicas.clear()
        for status in statuses:
            self._replicas.labels(f"{status.spec.name}.{NAMESPACE}").set(status.available)
        return generate_latest(self._registry)
