"""The watcher's own three paths as a Flask application: health, readiness, and what is served.

Importing Flask takes a third of the time a start has, so `http_app` imports this module beside the
first calls, not before them. Calls may import parts of werkzeug at the same moment: as a whole, and
first, it is safe.
"""

from collections.abc import Callable, Mapping

import werkzeug  # noqa: F401 # pylint: disable=unused-import # as said above
from flask import Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed as WrongMethod

from .. import json_body
from ..errors import MethodNotAllowed
from ..failure import failure_of, new_id
from ..health import Health
from ..reply import JSON
from .door import error_reply


def own_paths(health: Health, info: Callable[[], Mapping[str, object]]) -> Flask:
    """Makes the application.

    Args:
        health: answers /_/health and /_/ready.
        info: makes the answer of /_/info.

    Returns:
        Plain WSGI.
    """
    app = Flask("watcher", static_folder=None)
    app.add_url_rule("/_/health", "health", lambda: _plain(*health.live()))
    app.add_url_rule("/_/ready", "ready", lambda: _plain(*health.ready()))
    app.add_url_rule(
        "/_/info", "info", lambda: Response(json_body.encode(info(), "info"), content_type=JSON)
    )
    app.register_error_handler(405, _wrong_method)
    return app


def _plain(status: int, text: str) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")


def _wrong_method(_: WrongMethod) -> Response:
    call_id = new_id(request.headers.get("X-Call-Id"))
    message = f"{request.path} has no {request.method}; use GET"
    reply = error_reply(failure_of(MethodNotAllowed(message), call_id))
    response = Response(reply.body, reply.status, content_type=reply.content_type)
    response.headers["X-Call-Id"] = call_id
    response.headers["Allow"] = "GET, HEAD"
    return response
