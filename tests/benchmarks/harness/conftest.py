"""A real server for the load generator and the connection."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.harness.address import Address


class Echo(BaseHTTPRequestHandler):
    """Answers a body with itself; `status N` with that status, `hang up` not at all."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body == b"hang up":
            self.close_connection = True
            return
        self.send_response(int(body[7:]) if body.startswith(b"status ") else 200)
        if body == b"last":
            self.send_header("Connection", "close")
        if body != b"endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        body = f"GET {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Address(server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()
