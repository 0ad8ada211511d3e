"""Whoever waits for a gateway that takes its time is told within 3 seconds that it goes on."""

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture
def slow():
    """The address of a gateway that says yes to everything, once it may; and what lets it."""
    may_answer = threading.Event()

    class Door(BaseHTTPRequestHandler):
        def answer(self):
            may_answer.wait(60)
            self.send_response(202)
            text = b'{"name": "f", "revision": 7, "image": "i", "rollout": "ready"}'
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", may_answer
    may_answer.set()
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.mark.parametrize(
    ("arguments", "doing"),
    [
        (("scale", "f", "2"), "asking for f"),
        (("delete", "f"), "deleting f"),
        (("rollback", "f"), "asking for f"),
        (("ready", "f"), "waiting for f"),
    ],
    ids=["scale", "delete", "rollback", "ready"],
)
def test_a_verb_that_waits_says_so_on_stderr(slow, arguments, doing):
    address, may_answer = slow
    command = [sys.executable, "-m", "dcf", "function", arguments[0], "-g", address, *arguments[1:]]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as waiting:
        first = waiting.stderr.readline()
        assert re.fullmatch(rf"  \d+ s, {doing}\n", first)
        may_answer.set()
        if arguments[0] == "ready":  # no replica of it is told to be ready
            waiting.terminate()
        else:
            waiting.communicate(timeout=30)
            assert waiting.returncode == 0
