"""Serves /metrics on a port of its own, so that busy function threads never keep it waiting."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .metrics import CONTENT_TYPE, Metrics

_SLOW_CLIENT_S = 5


class MetricsServer(ThreadingHTTPServer):
    """A small server for one page; a thread a scrape, and no scrape outlives a few seconds."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, metrics: Metrics) -> None:
        """Takes a socket that listens already; serves from `start` on."""
        self.metrics = metrics
        super().__init__(listener.getsockname()[:2], _Page, bind_and_activate=False)
        self.socket.close()
        self.socket = listener

    def start(self) -> None:
        """Serves in a thread of its own."""
        threading.Thread(
            target=self.serve_forever, args=(0.1,), name="metrics", daemon=True
        ).start()

    def stop(self) -> None:
        """Ends the thread and closes the port."""
        self.shutdown()
        self.server_close()


class _Page(BaseHTTPRequestHandler):
    """Answers GET /metrics."""

    server: MetricsServer
    timeout = _SLOW_CLIENT_S
    server_version = "metrics"
    sys_version = ""

    def do_GET(self) -> None:  # pylint: disable=invalid-name # http.server looks this name up
        """Sends the page."""
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404, "try /metrics")
            return
        page = self.server.metrics.page()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing: a scrape is not worth a line."""
