"""Serves /metrics on a port of its own, so that busy function threads never keep it waiting."""

import contextlib
import select
import socket
import threading
from typing import TYPE_CHECKING

from .metrics import Metrics

if TYPE_CHECKING:
    from .server import MetricsServer


class MetricsDoor:
    """Listens; the server behind it is made for the first scrape, not before the first call."""

    def __init__(self, listener: socket.socket, metrics: Metrics) -> None:
        """Takes a socket that listens already; serves from `start` on."""
        self._listener = listener
        self._metrics = metrics
        self._making = threading.Lock()
        self._server: MetricsServer | None = None
        self._stopped = False

    def start(self) -> None:
        """Serves in a thread of its own."""
        threading.Thread(target=self._serve, name="metrics", daemon=True).start()

    def stop(self) -> None:
        """Ends the thread and closes the port."""
        with self._making:
            self._stopped = True
            server = self._server
        if server:
            server.shutdown()
        with contextlib.suppress(OSError):
            self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed before anybody came
            select.select([self._listener], [], [])
        with self._making:
            if self._stopped:
                return
            from .server import MetricsServer

            self._server = MetricsServer(self._listener, self._metrics)
        self._server.serve_forever(0.1)
