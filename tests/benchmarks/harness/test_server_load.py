"""A server's rounds: its own processor time, and the generator's given back."""

import sys
from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.harness.address import Address
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.load import Outcome
from benchmarks.harness.plan import Plan
from benchmarks.harness.program import Program
from benchmarks.harness.server_load import Served, serve_load
from tests.ports import free_port

SERVER = """
import http.server, sys, time
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        end = time.thread_time() + 0.02
        while time.thread_time() < end:
            pass
        self.send_response(int(body))
        self.send_header("Content-Length", "0")
        self.end_headers()
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer)
print("listening")
server.serve_forever()
"""


@pytest.fixture
def server():
    port = free_port()
    with Program([sys.executable, "-c", SERVER, str(port)], {}) as program:
        program.wait(lambda: "listening" in program.log, 20)
        yield program, Address(port)


def test_a_server_is_charged_for_its_own_processor_time(server):
    program, address = server
    plan = replace(Plan(), concurrency=2, seconds=60)
    served = serve_load(program, address.port, [address.request(b"200")], plan, 0.5)
    assert served.outcome.calls >= 2
    assert served.outcome.seconds < 30
    assert 10 < served.cpu_ms_per_call < 40


def test_another_status_is_no_round(server):
    program, address = server
    with pytest.raises(BenchmarkError, match="503"):
        serve_load(program, address.port, [address.request(b"503")], Plan(), 0.1)


def test_the_generator_gets_its_processor_time_back():
    # 90 calls/s while the generator took a fifth of one of two processors.
    served = Served(Outcome(2.0, 0.4, [5.0] * 180, Counter({200: 180})), 3.6)
    assert served.outcome.rate == 90
    assert served.adjusted_rate(2) == pytest.approx(100)
    assert served.cpu_ms_per_call == pytest.approx(20)
