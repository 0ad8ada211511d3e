"""The HTTP door: a Flask application between the wire and a Request, fit for any WSGI server.

Every method and path is a call to the handler, but for /_/health, /_/ready and /_/info.
"""

import time
from collections.abc import Callable, Mapping

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from . import call, durations, logs
from .codes import STATUSES
from .config import Settings
from .errors import Draining, MethodNotAllowed
from .health import Health
from .metrics import Metrics
from .reply import JSON, Reply
from .request import Headers, Request, parse_query
from .runner import Runner

RECEIVED_AT = "watcher.received_at"
"""Key of the WSGI environment: time.monotonic() of the first byte, if the server knows it."""

_RETRY_AFTER_S = 1
# What the original watchdog answers by itself carries its name; clients tell by it who answered.
_INTERNAL = {429: "faas-middleware", 504: "of-watchdog"}


class HttpDoor:
    """Answers HTTP requests with the handler's replies."""

    def __init__(
        self,
        settings: Settings,
        runner: Runner,
        health: Health,
        metrics: Metrics,
        info: Callable[[], Mapping[str, object]],
    ) -> None:
        """Keeps what a call needs; `info` makes the answer of /_/info."""
        self._settings = settings
        self._runner = runner
        self._health = health
        self._metrics = metrics
        self._own = {
            "/_/health": lambda: _plain(*health.live()),
            "/_/ready": lambda: _plain(*health.ready()),
            "/_/info": lambda: Response(msgspec.json.encode(info()), content_type=JSON),
        }

    def app(self) -> Flask:
        """The WSGI application."""
        app = Flask("watcher", static_folder=None)
        # Before routing's verdict: whatever the method and path, the handler decides.
        app.before_request(self._dispatch)
        return app

    def _dispatch(self) -> Response:
        own = self._own.get(request.path)
        if own is None:
            return self._call()
        if request.method in ("GET", "HEAD"):
            return own()
        call_id = call.new_id(request.headers.get("X-Call-Id"))
        error = MethodNotAllowed(f"{request.path} has no {request.method}; use GET")
        response = error_response(call.failure_of(error, call_id))
        response.headers["Allow"] = "GET, HEAD"
        return response

    def _call(self) -> Response:
        started = time.perf_counter()
        self._metrics.http_begins()
        call_id = call.new_id(request.headers.get("X-Call-Id"))
        try:
            response = self._answer(call_id)
        except BaseException as error:  # whatever a handler raises ends its call only
            response = error_response(call.failure_of(error, call_id))
        seconds = time.perf_counter() - started
        response.headers["X-Call-Id"] = call_id
        response.headers["X-Duration-Seconds"] = f"{seconds:f}"
        method, path, status = request.method, request.path, response.status_code
        self._metrics.http_ends(method, status, seconds)
        size = response.content_length or 0
        line = logs.CallLine(method, path, status, size, seconds, call_id)
        response.call_on_close(lambda: logs.call(line))  # after the client has its answer
        return response

    def _answer(self, call_id: str) -> Response:
        if not self._health.accepts(request.environ.get(RECEIVED_AT, time.monotonic())):
            raise Draining("the function is stopping; call again, another one answers")
        environ = request.environ
        made = Request(
            input=self._body(),
            content_type=environ.get("CONTENT_TYPE", ""),
            accept=environ.get("HTTP_ACCEPT", ""),
            query=parse_query(environ.get("QUERY_STRING", "")),
            headers=_headers(environ),
            method=request.method,
            path=request.path,
            call_id=call_id,
        )
        reply = self._runner.run(made, self._timeout(environ.get("HTTP_X_TIMEOUT")))
        if reply.timings_ms:
            self._metrics.stages(reply.timings_ms)
        return _response(reply)

    def _body(self) -> bytes:
        """The whole body, the limit held whatever its length was said to be."""
        limit = self._settings.max_body_bytes
        length = request.content_length
        if length is not None and length > limit:
            raise call.too_large(limit)
        try:
            # A known length bounds the stream; without one only reading tells.
            body = request.stream.read() if length is not None else request.stream.read(limit + 1)
        except (RequestEntityTooLarge, ClientDisconnected):
            raise call.too_large(limit) from None
        if len(body) > limit:
            raise call.too_large(limit)
        return body

    def _timeout(self, header: str | None) -> float | None:
        """X-Timeout: a Go duration up to EXEC_TIMEOUT; anything else is ignored."""
        seconds = durations.parse_go(header) if header else None
        limit = self._settings.exec_timeout or float("inf")
        return seconds if seconds and seconds <= limit else None


def error_response(failure: call.Failure) -> Response:
    """The one shape of an error over HTTP.

    Args:
        failure: why the call was not answered.

    Returns:
        A JSON response with the status of the failure's code.
    """
    status = STATUSES[failure.code].http
    response = Response(error_body(failure), status, content_type=JSON)
    if status in _INTERNAL:
        response.headers["X-OpenFaaS-Internal"] = _INTERNAL[status]
    if status == 429:
        response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    response.headers["X-Call-Id"] = failure.call_id
    return response


def error_body(failure: call.Failure) -> bytes:
    """The JSON body of an error.

    Args:
        failure: why the call was not answered.

    Returns:
        `{"error": {"code", "message", "call_id"}}` and a line end.
    """
    error = {"code": failure.code, "message": failure.message, "call_id": failure.call_id}
    return msgspec.json.encode({"error": error}) + b"\n"


def _response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status, content_type=reply.content_type)
    for name, value in reply.headers:
        response.headers[name] = value
    if reply.timings_ms:
        response.headers["Server-Timing"] = ", ".join(
            f"{name};dur={value:.3f}" for name, value in reply.timings_ms.items()
        )
    return response


def _plain(status: int, text: str) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")


def _headers(environ: Mapping[str, object]) -> Headers:
    values = {
        key[5:].replace("_", "-"): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            values[key.replace("_", "-")] = str(environ[key])
    return Headers(values)
