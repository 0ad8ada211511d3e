"""Flask's own context around a handler that was written to run inside a Flask application.

OpenFaaS' python3-http and python3-flask call handlers there, so that `jsonify`, `current_app` and
`flask.request` work in them. A handler that knows nothing of Flask pays nothing for it.
"""

import inspect
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..request import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Contexts = Callable[[Request], AbstractContextManager[object]]


def contexts_for(handler: Callable[..., Any]) -> Contexts | None:
    """What makes a context for a call, or None for a handler that uses no Flask.

    Args:
        handler: a loaded handler.

    Returns:
        A function of the request.
    """
    if "flask" not in sys.modules and not _names_flask(handler):
        return None
    try:
        import werkzeug  # noqa: F401 # pylint: disable=unused-import # whole, and before calls do
        from flask import Flask
    except ImportError:
        return None
    app = Flask("handler", static_folder=None)
    return lambda request: app.request_context(_environ(request))


def _names_flask(handler: Callable[..., Any]) -> bool:
    """Whether its file speaks of Flask: it may import it only when it is called."""
    module = inspect.getmodule(handler if inspect.isroutine(handler) else type(handler))
    try:
        return b"flask" in Path(getattr(module, "__file__", None) or "").read_bytes()
    except OSError:
        return False


def _environ(request: Request) -> "WSGIEnvironment":
    """The request once more, as WSGI has it; whichever door it came by."""
    pairs = getattr(request.query, "pairs", tuple(request.query.items()))
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode().decode("latin-1"),
        "QUERY_STRING": urlencode(pairs),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.input),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    environ["CONTENT_TYPE"] = request.content_type
    environ["CONTENT_LENGTH"] = str(len(request.input))
    return environ
