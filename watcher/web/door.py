"""The HTTP door: a WSGI application between the wire and a Request.

It does by hand what a framework's request and response objects do: those took 0.2 ms a call, which
is as much as all the rest of the door.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from ..configuration import durations
from ..configuration.config import Settings
from ..errors import BadReply, Draining
from ..failure import Failure, failure_of, new_id, too_large
from ..health import Health
from ..reply import JSON, Reply, extended
from ..request import Headers, Info, Request, Trigger, parse_query
from ..runner import Runner
from ..telemetry import logs
from ..telemetry.metrics import Metrics
from ..trace_context import trace_of
from .cors import Cors

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

RECEIVED_AT = "watcher.received_at"
"""Key of the WSGI environment: time.monotonic() of the first byte, if the server knows it."""

CALLER = "watcher.caller"
"""Key of the WSGI environment: the `Caller`, if the server can tell that they have left."""

_RETRY_AFTER_S = 1
# What the original watchdog answers by itself carries its name; clients tell by it who answered.
_INTERNAL = {429: "faas-middleware", 504: "of-watchdog"}
_BODILESS = (204, 304)
_STATUS_LINES = {int(status): f"{status.value} {status.phrase}" for status in HTTPStatus}


class HttpDoor:
    """Answers calls over HTTP with the handler's replies; a WSGI application of its own."""

    def __init__(
        self, settings: Settings, runner: Runner, health: Health, metrics: Metrics
    ) -> None:
        """Keeps what a call needs."""
        self._limit = settings.max_body_bytes
        self._info = Info(FunctionName=settings.function_name, Trigger=Trigger(Name="http"))
        self._log_command = settings.log_command
        self._longest = settings.exec_timeout or float("inf")
        self._runner = runner
        self._health = health
        self._metrics = metrics
        self._cors = Cors(settings.cors_origins) if settings.cors_origins else None

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers one call.

        Args:
            environ: the request, as WSGI has it.
            start_response: takes status and headers.

        Returns:
            The body.
        """
        started = time.perf_counter()
        self._metrics.http_begins()
        call_id = new_id(environ.get("HTTP_X_CALL_ID"))
        method: str = environ["REQUEST_METHOD"]
        path = _path(environ)
        own: Reply | None = None
        try:
            own = self._cors.preflight(environ) if self._cors else None
            reply = own or self._answer(environ, method, path, call_id)
        # Whatever a handler raises ends its call only.
        except BaseException as error:  # pylint: disable=broad-exception-caught
            reply = error_reply(failure_of(error, call_id, self._log_command))
        seconds = time.perf_counter() - started
        headers = _headers(reply)
        headers += [("X-Call-Id", call_id), ("X-Duration-Seconds", f"{seconds:f}")]
        if self._cors:
            self._cors.add(headers, environ.get("HTTP_ORIGIN", ""), own=own is not None)
        start_response(_STATUS_LINES.get(reply.status) or f"{reply.status} Status", headers)
        size = len(reply.body)
        body = b"" if method == "HEAD" or reply.status in _BODILESS else reply.body
        line = logs.CallLine(method, path, reply.status, size, seconds, call_id)
        return _Body(body, partial(self._ended, line, reply))

    def _ended(self, line: logs.CallLine, reply: Reply) -> None:
        """Counts and logs a call once its client has the answer."""
        self._metrics.http_ends(line.method, reply.status, line.seconds)
        self._metrics.stages(reply.timings_ms)
        logs.call(line)

    def _answer(self, environ: "WSGIEnvironment", method: str, path: str, call_id: str) -> Reply:
        if not self._health.accepts(environ.get(RECEIVED_AT) or time.monotonic()):
            raise Draining("the function is stopping; call again, another one answers")
        parent = environ.get("HTTP_TRACEPARENT")
        request = Request(
            input=self._body(environ),
            content_type=environ.get("CONTENT_TYPE", ""),
            accept=environ.get("HTTP_ACCEPT", ""),
            query=parse_query(environ.get("QUERY_STRING", "")),
            headers=EnvironHeaders(environ),
            method=method,
            path=path,
            call_id=call_id,
            info=self._info,
            trace=trace_of(parent, environ.get("HTTP_TRACESTATE")) if parent else (),
        )
        timeout = self._timeout(environ.get("HTTP_X_TIMEOUT"))
        return self._runner.run(request, timeout, environ.get(CALLER))

    def _body(self, environ: "WSGIEnvironment") -> bytes:
        """The whole body, the limit held whatever its length was said to be."""
        stream = environ["wsgi.input"]
        said: str = environ.get("CONTENT_LENGTH") or ""
        if said.isascii() and said.isdigit():
            if int(said) > self._limit:
                raise too_large(self._limit)
            body: bytes = stream.read(int(said))
        elif environ.get("wsgi.input_terminated"):
            body = stream.read(self._limit + 1)  # a chunked body whose length nobody knows
        else:
            body = b""  # without either, reading might wait for ever
        if len(body) > self._limit:
            raise too_large(self._limit)
        return body

    def _timeout(self, header: str | None) -> float | None:
        """X-Timeout: a Go duration up to EXEC_TIMEOUT; anything else is ignored."""
        seconds = durations.parse_go(header) if header else None
        return seconds if seconds and seconds <= self._longest else None


class EnvironHeaders(Headers):
    """Headers of a WSGI environment, gathered when a handler first asks for them."""

    __slots__ = ("_environ", "_gathered")

    def __init__(self, environ: "WSGIEnvironment") -> None:
        """Takes the environment as it is."""
        # pylint: disable=super-init-not-called # the base would gather the headers here and now
        self._environ = environ
        self._gathered: dict[str, str] | None = None

    @property
    def _values(self) -> dict[str, str]:  # type: ignore[override] # a slot there, computed here
        if self._gathered is None:
            self._gathered = {
                key[5:].replace("_", "-").lower(): str(value)
                for key, value in self._environ.items()
                if key.startswith("HTTP_")
            }
            for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                if self._environ.get(key):
                    self._gathered[key.replace("_", "-").lower()] = str(self._environ[key])
        return self._gathered


class _Body:
    """One reply's body; `ended` is called when the server is done with it."""

    __slots__ = ("_body", "close")

    def __init__(self, body: bytes, ended: Callable[[], None]) -> None:
        self._body = body
        self.close = ended

    def __iter__(self) -> Iterator[bytes]:
        return iter((self._body,))

    def __len__(self) -> int:
        return 1


def error_reply(failure: Failure) -> Reply:
    """The one shape of an error over HTTP.

    Args:
        failure: why the call was not answered.

    Returns:
        A JSON reply with the status of the failure's code.
    """
    status = failure.status.http
    headers: tuple[tuple[str, str], ...] = ()
    if status in _INTERNAL and not failure.own_status:
        headers += (("X-OpenFaaS-Internal", _INTERNAL[status]),)
    if status in {429, 503}:
        headers += (("Retry-After", str(_RETRY_AFTER_S)),)
    reply = Reply(error_body(failure), JSON, status, headers)
    if not failure.headers:
        return reply
    try:
        return replace(extended(reply, None, failure.headers), content_type=JSON)
    except BadReply:  # the failure itself is what counts
        return reply


def error_body(failure: Failure) -> bytes:
    """The JSON body of an error.

    Args:
        failure: why the call was not answered.

    Returns:
        `{"error": {"code", "message", "call_id"}}` and a line end.
    """
    error = {"code": failure.code, "message": failure.message, "call_id": failure.call_id}
    return msgspec.json.encode({"error": error}) + b"\n"


def _headers(reply: Reply) -> list[tuple[str, str]]:
    headers = list(reply.headers)
    if reply.status not in _BODILESS:
        headers.append(("Content-Type", reply.content_type))
        headers.append(("Content-Length", str(len(reply.body))))
    if reply.timings_ms:
        stages = (f"{name};dur={value:.3f}" for name, value in reply.timings_ms.items())
        headers.append(("Server-Timing", ", ".join(stages)))
    return headers


def _path(environ: "WSGIEnvironment") -> str:
    """The decoded path; WSGI hands bytes over as Latin-1."""
    path: str = environ.get("PATH_INFO") or "/"
    return path if path.isascii() else path.encode("latin-1").decode(errors="replace")
