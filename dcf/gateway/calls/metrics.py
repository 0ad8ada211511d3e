"""The gateway's metrics, under the names OpenFaaS gives them."""

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ...providers.placement import FunctionState
from ...providers.routing import Target
from ..core import NAMESPACE

# Deployed again and again, a function has hundreds of revisions, and few of them are of interest.
_REVISIONS_KEPT = 5
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
        self._by_revision = Histogram(
            "gateway_function_revision_seconds",
            "Time of calls through the gateway, by the revision that answered",
            ["function_name", "revision", "code"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._targets = Gauge(
            "gateway_function_revision_replicas",
            "Ready replicas, by revision",
            ["function_name", "revision"],
            registry=self._registry,
        )
        self._weights = Gauge(
            "gateway_function_revision_weight",
            "Share of a function's calls that a revision gets, from 0 to 1",
            ["function_name", "revision"],
            registry=self._registry,
        )
        self._codes: dict[str, dict[int, set[int]]] = {}

    def started(self, name: str) -> None:
        """Count a call when it begins."""
        self._started.labels(f"{name}.{NAMESPACE}").inc()

    def called(self, name: str, revision: int, code: int, seconds: float) -> None:
        """Count one call.

        Args:
            name: The function.
            revision: Number of the one that answered, or was to; 0 for none.
            code: HTTP status.
            seconds: How long it took.
        """
        labels = (f"{name}.{NAMESPACE}", str(code))
        self._total.labels(*labels).inc()
        self._seconds.labels(*labels).observe(seconds)
        if revision:
            self._remember(labels[0], revision, code)
            self._by_revision.labels(labels[0], str(revision), str(code)).observe(seconds)

    def _remember(self, function: str, revision: int, code: int) -> None:
        codes = self._codes.setdefault(function, {})
        codes.setdefault(revision, set()).add(code)
        if len(codes) > _REVISIONS_KEPT:
            oldest = min(codes)
            for each in codes.pop(oldest):
                self._by_revision.remove(function, str(oldest), str(each))

    def text(
        self, statuses: Sequence[FunctionState], targets: Mapping[str, Sequence[Target]]
    ) -> bytes:
        """Everything in Prometheus' text format.

        Args:
            statuses: Of every function.
            targets: By function: its ready replicas.
        """
        for gauge in (self._replicas, self._targets, self._weights):
            gauge.clear()
        for status in statuses:
            function = f"{status.spec.name}.{NAMESPACE}"
            self._replicas.labels(function).set(status.available)
            self._tell_revisions(function, targets.get(status.spec.name, ()))
        return generate_latest(self._registry)

    def _tell_revisions(self, function: str, targets: Sequence[Target]) -> None:
        weights = {each.revision: each.weight for each in targets}
        if not any(weights.values()):
            weights = dict.fromkeys(weights, 1.0)
        for revision, weight in weights.items():
            count = sum(each.revision == revision for each in targets)
            self._targets.labels(function, str(revision)).set(count)
            self._weights.labels(function, str(revision)).set(weight / sum(weights.values()))
