"""The HTTP server's own log, without the traces of requests that are no HTTP, or never end.

Anybody can send such bytes, as often as they like; they are answered 400 or 408, and that is all.
"""

import logging

from aiohttp.http_exceptions import BadHttpMessage

from ...errors import SlowRequest


def server_log() -> logging.Logger:
    """The logger for aiohttp's server."""
    log = logging.getLogger("dcf.gateway.http")
    log.addFilter(_is_ours)  # added once, however often this is asked for
    return log


def _is_ours(record: logging.LogRecord) -> bool:
    fault = record.exc_info[1] if record.exc_info else None
    return not isinstance(fault, BadHttpMessage | SlowRequest)
