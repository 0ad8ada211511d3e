"""Which trace a call belongs to, in the headers of W3C Trace Context: taken, and passed on.

This needs no library and holds whether or not spans are sent (`telemetry/tracing.py`).
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar

PARENT, STATE = "traceparent", "tracestate"
_LONGEST_STATE = 512  # as much as everybody has to pass on
_IDS = r"(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
# Later versions may say more behind the four parts.
_GIVEN = re.compile(rf"00-{_IDS}|(?!00|ff)[0-9a-f]{{2}}-{_IDS}(-[!-~]*)?")

Trace = tuple[tuple[str, str], ...]
"""Headers of a trace, by the names of the specification; none outside of one."""

TRACE: ContextVar[Trace] = ContextVar("trace", default=())
"""The trace of the call that this thread answers; what it calls in its turn belongs to it."""


def trace_of(parent: str, state: str | None) -> Trace:
    """What is passed on of what came.

    Args:
        parent: the header traceparent.
        state: the header tracestate, if there is one.

    Returns:
        Nothing unless `parent` is what the specification allows; what is none must fail no call.
    """
    if len(parent) > _LONGEST_STATE or not _GIVEN.fullmatch(parent):
        return ()
    if state and len(state) <= _LONGEST_STATE and state.isascii() and state.isprintable():
        return ((PARENT, parent), (STATE, state))
    return ((PARENT, parent),)


def spans_wanted(environ: Mapping[str, str]) -> bool:
    """Whether spans are to be sent, by the variables that every OpenTelemetry library reads.

    Args:
        environ: of this process.

    Returns:
        Whether an endpoint is set and nothing turns it off.
    """
    return bool(
        (
            environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
            or environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        )
        and environ.get("OTEL_SDK_DISABLED", "").lower() != "true"
        and environ.get("OTEL_TRACES_EXPORTER", "") in {"", "otlp"}
    )
