"""Spans of calls through the gateway, sent by OTLP.

Only this module imports OpenTelemetry, and only where spans are sent is it imported.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence

from multidict import CIMultiDict
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from . import events
from .events import tell

SERVER, CLIENT, CONSUMER = SpanKind.SERVER, SpanKind.CLIENT, SpanKind.CONSUMER
SERVICE = "dcf-gateway"
_END_SECONDS = 2.0
# They tell each failure anew, and each span that finds no room: `Outlet` says it once.
_TALKATIVE = ("opentelemetry.exporter.otlp", "opentelemetry.sdk._shared_internal")
_context = TraceContextTextMapPropagator()


class Tracing:
    """Makes spans, which a thread of its own sends as the variables OTEL_... say."""

    def __init__(self) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        resource = Resource.create()
        if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: SERVICE}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(Outlet(OTLPSpanExporter())))
        self._tracer = self._provider.get_tracer("dcf.gateway")

    def begin(
        self,
        name: str,
        headers: CIMultiDict[str],
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, str] | None = None,
        since: int | None = None,
    ) -> "CallSpan":
        """Begin a span below the one that headers name.

        Args:
            name: Of few words: it is one of few.
            headers: With `traceparent`, or a trace begins here.
            kind: As OpenTelemetry means it.
            attributes: By OpenTelemetry's names.
            since: Unix nanoseconds of its begin; None for now.
        """
        within = _context.extract(_carrier(headers))
        return CallSpan(self._tracer.start_span(name, within, kind, attributes, start_time=since))

    def close(self) -> None:
        """Send what is left; an endpoint that is away holds up no end."""
        ending = threading.Thread(target=self._provider.shutdown, name="spans-end", daemon=True)
        ending.start()
        ending.join(_END_SECONDS)


class CallSpan:
    """One span."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def carry(self, headers: CIMultiDict[str]) -> CIMultiDict[str]:
        """The same headers, naming this span as what the other side is called by."""
        carrier: dict[str, str] = {}
        _context.inject(carrier, trace.set_span_in_context(self._span))
        carried = headers.copy()
        for name, text in carrier.items():
            carried[name] = text
        return carried

    def answered(self, status: int) -> None:
        """Note the status of the answer."""
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))

    def failed(self, fault: BaseException) -> None:
        """Note what kind of fault it was; its words may quote what came."""
        self._span.set_attribute("error.type", getattr(fault, "code", "") or type(fault).__name__)
        self._span.set_status(Status(StatusCode.ERROR))

    def end(self, at: int | None = None) -> None:
        """It is over, now or at Unix nanoseconds."""
        self._span.end(at or time.time_ns())


class Outlet(SpanExporter):
    """Sends spans. Where they cannot be sent they are lost, and one line says so until they can."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner, self._fails = inner, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch."""
        result = self._inner.export(spans)
        fails = result is not SpanExportResult.SUCCESS
        if fails != self._fails:
            tell(events.SPANS_LOST if fails else events.SPANS_SENT)
        self._fails = fails
        return result

    def shutdown(self) -> None:
        """Give up what is being sent."""
        self._inner.shutdown()


def _carrier(headers: CIMultiDict[str]) -> dict[str, str]:
    """What there is of a trace; several parents are none, several states are one."""
    parents = headers.getall("traceparent", [])
    if len(parents) != 1:
        return {}
    return {"traceparent": parents[0], "tracestate": ",".join(headers.getall("tracestate", []))}
