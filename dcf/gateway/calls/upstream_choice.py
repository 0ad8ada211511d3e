"""What sends calls: with spans where somebody wants them, else without a trace of OpenTelemetry."""

import logging
from collections.abc import Mapping

from ..core import Gateway
from .metrics import Metrics
from .upstream import Upstream

_log = logging.getLogger(__name__)


def upstream_for(gateway: Gateway, metrics: Metrics, environ: Mapping[str, str]) -> Upstream:
    """What sends a gateway's calls.

    Args:
        gateway: Knows the functions.
        metrics: Counts.
        environ: Of this process: the variables that every OpenTelemetry library reads.
    """
    if spans_wanted(environ):
        try:
            from .traced_upstream import TracedUpstream

            return TracedUpstream(gateway, metrics)
        except ImportError as fault:
            _log.warning(
                "no spans are sent: OTEL_EXPORTER_OTLP_ENDPOINT is set, but %s is not installed; "
                "pip install 'dcf-detect[tracing]'", fault.name,
            )  # fmt: skip
    return Upstream(gateway, metrics)


def spans_wanted(environ: Mapping[str, str]) -> bool:
    """Whether an endpoint for spans is set, and nothing turns it off."""
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return (
        any(environ.get(name) for name in endpoints)
        and environ.get("OTEL_SDK_DISABLED", "").lower() != "true"
        and environ.get("OTEL_TRACES_EXPORTER", "") in {"", "otlp"}
    )
