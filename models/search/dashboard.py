"""Optuna's dashboard, to look at: on this machine alone, and nothing can be changed through it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from optuna_dashboard import wsgi
from waitress.server import create_server

from .place import Place
from .storage import open_storage

_HOST = "127.0.0.1"
_NAMES = (_HOST, "localhost")
_Start = Callable[..., Any]
_Application = Callable[[dict[str, Any], _Start], Iterable[bytes]]


class Server(Protocol):
    """A bound server."""

    effective_port: int

    def run(self) -> None:
        """Answers until Ctrl-C."""


def dashboard(place: Place, port: int) -> tuple[Server, str]:
    """The dashboard of a study, not answering yet.

    Args:
        place: Where the study lies.
        port: Port on the loopback; 0 for any that is free.

    Returns:
        The server, and the address for a browser.

    Raises:
        BadStudy: The study cannot be read.
        OSError: The port is taken.
    """
    server: Any = create_server(only_looking(wsgi(open_storage(place))), host=_HOST, port=port)
    return server, f"http://{_HOST}:{server.effective_port}/dashboard"


def only_looking(application: _Application) -> _Application:
    """An application that answers this machine's own browser, and only questions.

    A page of the internet may send requests here, or have its own name point here: neither gets an
    answer.
    """

    def guarded(environ: dict[str, Any], start: _Start) -> Iterable[bytes]:
        refused = _refusal(environ)
        if not refused:
            return application(environ, start)
        start(refused, [("Content-Type", "text/plain; charset=utf-8")])
        return [b"This dashboard shows a study to this machine's browser; it changes nothing.\n"]

    return guarded


def _refusal(environ: Mapping[str, Any]) -> str:
    """The status that refuses a request; empty for one that is answered."""
    name = str(environ.get("HTTP_HOST", "")).rpartition(":")[0] or environ.get("HTTP_HOST")
    if name not in _NAMES:
        return "421 Misdirected Request"
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return "405 Method Not Allowed"
    return ""
