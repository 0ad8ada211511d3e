"""aiohttp's protocol with our answer to what is no HTTP: one that shows nothing of what came.

aiohttp puts the line that it cannot read into its answer, be it a password.
"""

import asyncio
import uuid
from http import HTTPStatus

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong

from ..telemetry.refusals import REST, refused
from .access_log_filter import server_log
from .head_limit import MAX_HEAD, TOO_LARGE, WORDS
from .messages import encode

NEVER = 1e9
_BAD = "bad_request"
_MOST_FIELDS = MAX_HEAD // 4  # "a:\r\n" is the shortest


class Protocol(web.RequestHandler):
    """One connection's."""

    __slots__ = ()

    def __init__(self, server: web.Server, read_buffer: int) -> None:
        """One that is not connected.

        Args:
            server: Knows who answers.
            read_buffer: Bytes of a body that are read ahead.
        """
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # aiohttp's word for none, untyped there
            logger=server_log(),
            read_bufsize=read_buffer,
            auto_decompress=False,
            keepalive_timeout=NEVER,  # `Connection` knows better what is idle
            # Larger than what is allowed: a request before a head that is refused is answered.
            max_line_size=4 * MAX_HEAD,
            max_field_size=4 * MAX_HEAD,
            max_headers=_MOST_FIELDS,
        )

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a request that could not be read; what else fails here is aiohttp's to tell."""
        if not isinstance(exc, BadHttpMessage):
            return super().handle_error(request, status, exc, message)
        refused(REST, TOO_LARGE if isinstance(exc, LineTooLong) else _BAD)
        if isinstance(exc, LineTooLong):
            reply = refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_LARGE, WORDS)
        else:
            words = f"this is not HTTP: {type(exc).__name__}"
            reply = refusal(HTTPStatus.BAD_REQUEST, _BAD, words)
        reply.force_close()
        return reply


def refusal(status: HTTPStatus, code: str, words: str) -> web.Response:
    """An error of the gateway's own, to whoever it is."""
    call_id = str(uuid.uuid4())
    return web.Response(
        status=status,
        body=error_body(code, words, call_id),
        content_type="application/json",
        headers={"X-Error-Code": code, "X-Call-Id": call_id},
    )


def error_body(code: str, words: str, call_id: str) -> bytes:
    """The one shape of an error of a call."""
    return encode({"error": {"code": code, "message": words, "call_id": call_id}})


def raw_refusal(status: HTTPStatus, code: str, words: str) -> bytes:
    """The same as a whole answer, for a request that nobody reads."""
    call_id = str(uuid.uuid4())
    body = error_body(code, words, call_id)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-Error-Code: {code}\r\nX-Call-Id: {call_id}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
