"""The numbers of `metrics` in Prometheus' words: the watchdog's names for HTTP, a time a stage."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from .handler_series import HandlerSeries
from .metrics import Labels, Metrics, Times

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_HTTP = ("code", "method")
_GRPC = ("grpc_method", "grpc_code")


class MetricsPage(Collector):
    """Makes the page of one process' numbers."""

    def __init__(self, metrics: Metrics) -> None:
        """Makes a registry of its own, so that two in one process do not meet."""
        self._metrics = metrics
        self._of_handler = HandlerSeries(metrics.of_handler) if metrics.of_handler else None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def collect(self) -> Iterator[Metric]:
        """The numbers of one moment.

        Yields:
            One family after the other.
        """
        tally = self._metrics.tally()
        yield _counter("http_requests", "Calls over HTTP.", _HTTP, tally.http)
        yield _histogram(
            "http_request_duration_seconds", "Time of a call over HTTP.", _HTTP, tally.http
        )
        yield GaugeMetricFamily(
            "http_requests_in_flight", "Calls over HTTP being answered.", tally.in_flight
        )
        yield _counter("grpc_server_handled", "Calls over gRPC.", _GRPC, tally.grpc)
        yield _histogram(
            "grpc_server_handling_seconds", "Time of a call over gRPC.", _GRPC, tally.grpc
        )
        yield _histogram(
            "function_stage_duration_seconds",
            "Time of a stage of the handler, as it reports them.",
            ("stage",),
            tally.stages,
        )
        yield GaugeMetricFamily(
            "function_calls_in_flight",
            "Handler calls running and waiting, over every door.",
            tally.calls,
        )
        if self._metrics.serves:
            yield _info("function_info", "What the handler serves.", serves=self._metrics.serves)

        if self._of_handler:
            yield from self._of_handler.families()

    def describe(self) -> tuple[Metric, ...]:
        """Nothing: a registry would call `collect` for the names, and the handler with it."""
        return ()

    def text(self) -> bytes:
        """Everything, in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)


def _info(name: str, words: str, **labels: str) -> Metric:
    family = GaugeMetricFamily(name, words, labels=tuple(labels))
    family.add_metric(tuple(labels.values()), 1)
    return family


def _counter(
    name: str, words: str, labels: tuple[str, ...], table: Mapping[Labels, Times]
) -> Metric:
    family = CounterMetricFamily(name, words, labels=labels)
    for values, times in table.items():
        family.add_metric(values, sum(times.counts))
    return family


def _histogram(
    name: str, words: str, labels: tuple[str, ...], table: Mapping[Labels, Times]
) -> Metric:
    family = HistogramMetricFamily(name, words, labels=labels)
    for values, times in table.items():
        ends = [*(str(float(edge)) for edge in times.edges), "+Inf"]
        buckets = list(zip(ends, accumulate(times.counts), strict=True))
        family.add_metric(values, buckets, times.total)
    return family
