"""Besiegers count every answer, and connections that end without one."""

import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.harness.address import Address
from benchmarks.workers.besiegers import FOES, besiege


class Judge(BaseHTTPRequestHandler):
    """Answers a body that is a number with it, and hangs up on any other; notes who was there."""

    protocol_version = "HTTP/1.1"
    calls = itertools.count(1)
    all_here = threading.Event()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if next(self.calls) == FOES:
            self.all_here.set()
        self.all_here.wait(20)
        if not body.isdigit():
            self.close_connection = True
            return
        self.send_response(int(body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_sixteen_call_at_once_and_each_begins_with_another_body(port):
    bodies = [b"200", b"400", b"413", b"none"]
    counts = besiege(port, [Address(port).request(body) for body in bodies], 0.2)
    assert Judge.all_here.is_set()
    assert set(counts) == {"200", "400", "413", "closed"}
    assert min(counts.values()) >= FOES // len(bodies)
