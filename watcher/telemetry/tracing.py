"""Spans of calls: the call, its wait for a slot, the handler, its stages; sent by OTLP.

Only this module imports OpenTelemetry, and only where spans are sent is it imported.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ..caller import Caller
from ..reply import Reply
from ..request import Headers, Request, Turn
from ..runner import Runner
from ..trace_context import TRACE, Trace

_END_S = 2.0
# They tell each failure anew, and each span that finds no room: `Outlet` says it once.
_TALKATIVE = ("opentelemetry.exporter.otlp", "opentelemetry.sdk._shared_internal")
_log = logging.getLogger(__name__)
_context = TraceContextTextMapPropagator()


@dataclass
class TracedTurn(Turn):
    """A turn that knows its span.

    Attributes:
        span: of the call.
        since: Unix nanoseconds at which it began to wait for a slot.
    """

    span: Span = trace.INVALID_SPAN
    since: int = field(default_factory=time.time_ns)


class TracedRunner(Runner):
    """Runs calls of one handler, each with its spans."""

    def __init__(
        self,
        call: Callable[[Request], Reply],
        *,
        service: str,
        **limits: Any,  # noqa: ANN401 - Runner's
    ) -> None:
        """Starts the handler threads.

        Args:
            call: the handler.
            service: how spans name this function, unless the environment says otherwise.
            **limits: as Runner has them.
        """
        self._service, self._handler = service, call
        self._provider = provider_of(service)
        self._tracer = self._provider.get_tracer("dcf.watcher")
        super().__init__(self._traced, **limits)

    def run(
        self, request: Request, timeout: float | None = None, caller: Caller | None = None
    ) -> Reply:
        """Answers one call, as Runner does."""
        span = self._tracer.start_span(
            self._service,
            _context.extract(dict(request.trace)),
            SpanKind.SERVER,
            {"faas.invocation_id": request.call_id, "http.request.method": request.method},
        )
        try:
            reply = super().run(replace(request, turn=TracedTurn(span=span)), timeout, caller)
            _told(span, reply)
            return reply
        except BaseException as error:
            _failed(span, error)
            raise
        finally:
            span.end()

    def close(self, timeout: float) -> bool:
        """Ends the handler threads, and sends what is left within a moment."""
        done = super().close(timeout)
        end(self._provider)
        return done

    def _traced(self, request: Request) -> Reply:
        """Runs the handler, in its thread."""
        turn = request.turn
        assert isinstance(turn, TracedTurn)
        within, began = trace.set_span_in_context(turn.span), time.time_ns()
        self._tracer.start_span("wait for a slot", within, start_time=turn.since).end(began)
        span = self._tracer.start_span("handler", within, start_time=began)
        try:
            # What the handler traces by itself belongs to its span.
            # pylint: disable-next=not-context-manager # it is made one by a decorator of its own
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                reply = self._handler(_inside(request))
            self._stages(span, began, reply.timings_ms)
            return reply
        except BaseException as error:
            if turn.may_defer and getattr(error, "defer", False):
                span.set_attribute("dcf.deferred", value=True)
                turn.since = time.time_ns()
            else:
                _failed(span, error)
            raise
        finally:
            span.end()

    def _stages(self, span: Span, began: int, timings_ms: Mapping[str, float]) -> None:
        """A reply tells how long its stages took, not when they began: one follows the other."""
        within = trace.set_span_in_context(span)
        for name, milliseconds in timings_ms.items():
            ended = began + int(milliseconds * 1e6)
            self._tracer.start_span(name, within, start_time=began).end(ended)
            began = ended


class Outlet(SpanExporter):
    """Sends spans. Where they cannot be sent they are lost, and one line says so until they can."""

    def __init__(self, inner: SpanExporter) -> None:
        """Sends by another exporter."""
        self._inner, self._fails = inner, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Sends a batch."""
        result = self._inner.export(spans)
        fails = result is not SpanExportResult.SUCCESS
        if fails and not self._fails:
            _log.warning(
                "spans cannot be sent to OTEL_EXPORTER_OTLP_ENDPOINT and are lost; calls are "
                "answered all the same, and this is told once until it is over"
            )
        elif self._fails and not fails:
            _log.info("spans are sent again")
        self._fails = fails
        return result

    def shutdown(self) -> None:
        """Gives up what is being sent."""
        self._inner.shutdown()


def provider_of(service: str) -> TracerProvider:
    """What makes spans and sends them, as the variables OTEL_... say.

    Args:
        service: the name of the service where they name none.

    Returns:
        A provider that `end` has to end.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    resource = Resource.create()
    if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: service}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Outlet(OTLPSpanExporter())))
    return provider


def end(provider: TracerProvider) -> None:
    """Sends what is left; an endpoint that is away keeps no process from its end.

    Args:
        provider: of which no more spans come.
    """
    ending = threading.Thread(target=provider.shutdown, name="spans-end", daemon=True)
    ending.start()
    ending.join(_END_S)


def _inside(request: Request) -> Request:
    """The request as the handler gets it: its headers name the handler's span."""
    carrier: dict[str, str] = {}
    _context.inject(carrier)
    inside: Trace = tuple(carrier.items())
    TRACE.set(inside)
    return replace(request, trace=inside, headers=Headers({**request.headers, **carrier}))


def _told(span: Span, reply: Reply) -> None:
    span.set_attribute("http.response.status_code", reply.status)
    if reply.status >= 500:
        span.set_status(Status(StatusCode.ERROR))


def _failed(span: Span, error: BaseException) -> None:
    """Says what kind of error it was; its words may quote what came, and stay in the log."""
    span.set_attribute("error.type", str(getattr(error, "code", "") or type(error).__name__))
    span.set_status(Status(StatusCode.ERROR))
