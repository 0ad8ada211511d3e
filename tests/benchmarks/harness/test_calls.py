"""Calls with a clock: only answers count, photos take turns, a start ends with its first answer."""

import sys
import time
from dataclasses import replace

import pytest

from benchmarks.harness.address import HOST
from benchmarks.harness.calls import by_photo, first_answer, p50
from benchmarks.harness.connection import Connection
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.plan import Plan, photos
from benchmarks.harness.program import Program
from tests.ports import free_port


def test_p50_is_of_calls_that_were_answered(address, tmp_path):
    refused = tmp_path / "photo.jpg"
    refused.write_bytes(b"status 503")
    with Connection(address.port) as connection:
        assert p50(connection, address, photos()[0], 3) > 0
        with pytest.raises(BenchmarkError, match=r"photo\.jpg was answered 503"):
            p50(connection, address, refused, 1)


def test_every_photo_is_warmed_up_and_measured_in_turns():
    first, second = photos()[:2]
    calls = []

    def side(name, value):
        return lambda photo, count: calls.append((name, photo, count)) or value

    plan = replace(Plan(), rounds=2, calls=7, photos=(first, second))
    rounds = by_photo(plan, side("a", 3.0), side("b", 2.0))
    assert [(photo, each.ratio) for photo, each in rounds] == [
        (first.name, 1.5), (first.name, 1.5), (second.name, 1.5), (second.name, 1.5),
    ]  # fmt: skip
    assert [(name, count) for name, photo, count in calls if photo == first] == [
        ("a", 20), ("b", 20), ("a", 7), ("b", 7), ("b", 7), ("a", 7),
    ]  # fmt: skip


LATE = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Answer.asked += 1
        self.send_response(200 if Answer.asked > 2 else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()
sys.stdin.close()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def test_a_start_ends_with_the_first_200():
    port = free_port()
    began = time.perf_counter()
    request = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    with Program([sys.executable, "-c", LATE, str(port)], {}) as program:
        seconds = first_answer(port, request, began, program)
        assert 0 < seconds <= time.perf_counter() - began
        assert program.log.count(" 503 ") == 2


def test_a_start_that_fails_says_why():
    port = free_port()
    command = [sys.executable, "-c", "raise SystemExit('no model')"]
    with Program(command, {}) as program, pytest.raises(BenchmarkError, match="answer: no model"):
        first_answer(port, b"", time.perf_counter(), program)
