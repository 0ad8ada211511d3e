"""A small HTTP server for one page."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .metrics import Metrics
from .page import CONTENT_TYPE, MetricsPage

_SLOW_CLIENT_S = 5


class MetricsServer(ThreadingHTTPServer):
    """A thread a scrape, and no scrape outlives a few seconds."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, metrics: Metrics) -> None:
        """Takes a socket that listens already."""
        self.page = MetricsPage(metrics)
        super().__init__(listener.getsockname()[:2], _Page, bind_and_activate=False)
        self.socket.close()
        self.socket = listener


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
        text = self.server.page.text()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing: a scrape is not worth a line."""
