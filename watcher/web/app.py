"""The WSGI application: the watcher's own paths go to Flask, every other one to the door.

Plain WSGI, so that any server may serve it.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ..health import Health
from .door import HttpDoor

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OWN = frozenset({"/_/health", "/_/ready", "/_/info"})


class HttpApp:
    """Routes a request by its path alone."""

    def __init__(
        self, door: HttpDoor, health: Health, info: Callable[[], Mapping[str, object]]
    ) -> None:
        """Keeps what the own paths need; `info` makes the answer of /_/info."""
        self._door = door
        self._health = health
        self._info = info
        self._making = threading.Lock()
        self._own: WSGIApplication | None = None

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers one request.

        Args:
            environ: the request, as WSGI has it.
            start_response: takes status and headers.

        Returns:
            The body.
        """
        if environ.get("PATH_INFO") in OWN:
            return self.own()(environ, start_response)
        return self._door(environ, start_response)

    def own(self) -> "WSGIApplication":
        """The Flask application of the own paths, made when first asked for."""
        with self._making:
            if self._own is None:
                from .probes import own_paths

                self._own = own_paths(self._health, self._info)
            return self._own
