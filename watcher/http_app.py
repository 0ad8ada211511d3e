"""The Flask application: the watcher's own three paths, and the door for every other one.

Plain WSGI, so that any server may serve it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed as WrongMethod

from . import call
from .door_http import HttpDoor, error_reply
from .errors import MethodNotAllowed
from .health import Health
from .reply import JSON

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class HttpApp(Flask):
    """The watcher's own paths, with every other one left to the door."""

    def __init__(
        self, door: HttpDoor, health: Health, info: Callable[[], Mapping[str, object]]
    ) -> None:
        """Routes the own paths; `info` makes the answer of /_/info."""
        super().__init__("watcher", static_folder=None)
        self._door = door
        self.add_url_rule("/_/health", "health", lambda: _plain(*health.live()))
        self.add_url_rule("/_/ready", "ready", lambda: _plain(*health.ready()))
        self.add_url_rule(
            "/_/info", "info", lambda: Response(msgspec.json.encode(info()), content_type=JSON)
        )
        self._own = {rule.rule for rule in self.url_map.iter_rules()}
        self.register_error_handler(405, _wrong_method)

    def wsgi_app(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers one request.

        Args:
            environ: the request, as WSGI has it.
            start_response: takes status and headers.

        Returns:
            The body.
        """
        if environ.get("PATH_INFO") in self._own:
            return super().wsgi_app(environ, start_response)
        return self._door(environ, start_response)


def _plain(status: int, text: str) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")


def _wrong_method(_: WrongMethod) -> Response:
    call_id = call.new_id(request.headers.get("X-Call-Id"))
    message = f"{request.path} has no {request.method}; use GET"
    reply = error_reply(call.failure_of(MethodNotAllowed(message), call_id))
    response = Response(reply.body, reply.status, content_type=reply.content_type)
    response.headers["X-Call-Id"] = call_id
    response.headers["Allow"] = "GET, HEAD"
    return response
