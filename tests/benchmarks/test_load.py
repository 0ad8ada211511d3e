"""The load generator against a real server: every call counted, lost ones too."""

import itertools
import math
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.address import Address
from benchmarks.connection import Connection
from benchmarks.errors import BenchmarkError
from benchmarks.load import drive


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


def test_a_connection_is_kept_and_reads_long_answers(address):
    with Connection(address.port) as connection:
        for size in (0, 1, 1_000_000, 5):
            body = b"x" * size
            assert connection.exchange(address.request(body)).body == body


def test_every_call_is_counted_by_status(address):
    bodies = [b"a", b"status 404", b"last", b"status 503"] * 10
    outcome = drive(address.port, map(address.request, bodies), 3, math.inf)
    assert outcome.statuses == {200: 20, 404: 10, 503: 10}
    assert outcome.calls == len(outcome.latencies_ms) == 40
    assert outcome.rate == pytest.approx(40 / outcome.seconds)
    assert 0 < outcome.cpu_seconds < outcome.seconds * 2
    with pytest.raises(BenchmarkError, match="404"):
        outcome.demand(200)


def test_lost_calls_are_counted_and_the_load_goes_on(address):
    bodies = [b"a", b"hang up"] * 5
    outcome = drive(address.port, map(address.request, bodies), 2, math.inf)
    assert (outcome.broken, outcome.statuses) == (5, {200: 5})


def test_the_load_ends_with_the_time(address):
    outcome = drive(address.port, itertools.repeat(address.request(b"a")), 4, 0.2)
    outcome.demand(200)
    assert 0.2 <= outcome.seconds < 5


def test_an_answer_without_a_length_is_refused(address):
    with Connection(address.port) as connection, pytest.raises(BenchmarkError, match="Length"):
        connection.exchange(address.request(b"endless"))


def test_nobody_there_is_an_error():
    with pytest.raises(OSError, match="refused"):
        Connection(1)
