"""What a person sees at a terminal: replies, waits and tables; a pipe gets the bytes alone."""

import subprocess
import sys
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.terminal import at_a_terminal, seen
from tests.waiting import until

DCF = (sys.executable, "-m", "dcf")
NARROW = 60
REASON = "the handler's module src/handler.py cannot be imported: No module named 'numpy'"


@pytest.mark.parametrize(
    ("reply", "shown"),
    [(b"x", "x\n"), (b"x\n", "x\n"), (b"", ""), (b"\xff", "\\xff\n"), (b"a\nb", "a\nb\n")],
)
def test_a_reply_ends_its_line_at_a_terminal_and_is_untouched_in_a_pipe(echo_gateway, reply, shown):
    command = (*DCF, "function", "call", "echo", "-g", echo_gateway.rest)
    assert seen(*command, stdin=reply) == (shown, "")
    piped = subprocess.run(command, input=reply, capture_output=True, timeout=30, check=True)
    assert piped.stdout == reply


def test_the_reply_of_a_run_ends_its_line_too(write_function, tmp_path):
    config = write_function(tmp_path, "f", "def handle(body):\n    return body\n", name="handle")
    out, _ = seen(*DCF, "function", "run", "-f", config, stdin=b"x", seconds=60)
    assert out.endswith("Handler reply: x\n")


@pytest.fixture
def slow():
    """A gateway that answers nothing until `slow.go` is set; then an empty list."""

    class Door(BaseHTTPRequestHandler):
        def answer(self):
            self.server.go.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads, server.go = True, threading.Event()
        server.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.go.set()
        server.shutdown()
        thread.join(10)


VERBS = [
    "function list", "function info f", "function scale f 1", "function ready f",
    "function rollback f", "function delete f", "function history f", "function log f",
    "function log f --follow", "function call f", "function call f --async", "queue list",
    "queue drop 1", "queue replay --all", "secret list", "secret remove s",
    "secret create s --from-literal x", "secret update s --from-literal x",
    "login --password-stdin",
]  # fmt: skip


def test_no_verb_is_silent_while_a_gateway_is_slow(slow, tmp_path):
    with ExitStack() as started:
        shown = {}
        for verb in VERBS:
            command = (*DCF, *verb.split(), "-g", slow.address)
            running = at_a_terminal(*command, stdin=b"word", XDG_CONFIG_HOME=str(tmp_path))
            shown[verb] = started.enter_context(running)[2]
        silent = lambda: [verb for verb in VERBS if " s, " not in shown[verb].text]  # noqa: E731
        until(lambda: not silent(), seconds=60, said=lambda: f"silent: {silent()}")


def test_a_waiting_line_goes_when_the_answer_comes(slow):
    command = (*DCF, "function", "call", "f", "-g", slow.address)
    with at_a_terminal(*command) as (process, out, err):
        until(lambda: " s, waiting for the answer of f" in err.text)
        slow.go.set()
        process.wait(30)
    assert out.text == "[]\n"
    assert err.text.endswith("\r\x1b[K")


def test_whoever_reads_a_pipe_sees_no_waiting_line(slow):
    command = (*DCF, "function", "call", "f", "-g", slow.address)
    with ExitStack() as started:
        piped = started.enter_context(at_a_terminal(*command, out=False, err=False))[0]
        watched = started.enter_context(at_a_terminal(*command))[2]
        until(lambda: " s, waiting" in watched.text)
        slow.go.set()
        assert piped.stdout.read() == b"[]"
        assert piped.stderr.read() == b""
        piped.wait(30)


FAILED = {
    "call_id": "0123456789abcdef0123456789abcdef", "function": "a-function-of-a-long-name",
    "path": "/", "callback": "", "queued_at": "2026-11-27T19:38:19.123456Z", "attempts": 10,
    "status": 503, "reason": REASON, "size": 123456,
}  # fmt: skip


@pytest.fixture
def failed_calls(stand_in):
    """A line of words that lists two failed calls."""
    state = {"waiting": 0, "running": 0, "failed": 2, "oldest_seconds": 0.0}
    stand_in.table["GET /system/queue"] = (200, state)
    stand_in.table["GET /system/queue/failed"] = (200, [FAILED, {**FAILED, "reason": "short"}])
    return (*DCF, "queue", "list", "-g", stand_in.address)


@pytest.mark.parametrize("given", [{"columns": NARROW}, {"COLUMNS": str(NARROW)}], ids=str)
def test_a_table_fits_a_narrow_terminal(failed_calls, given):
    out, _ = seen(*failed_calls, **given)
    lines = out.splitlines()
    assert max(map(len, lines)) <= NARROW
    assert "Call " in lines[1]
    assert out.count(FAILED["call_id"]) == 2  # it is what `replay` wants, so it is never cut
    assert " ".join(" ".join(lines[3:6]).split()).startswith(REASON[:60])


def test_a_wide_terminal_and_a_pipe_have_all_of_it(failed_calls):
    out, _ = seen(*failed_calls, columns=200)
    piped = subprocess.run(failed_calls, capture_output=True, text=True, timeout=30, check=True)
    for text in (out, piped.stdout):
        assert REASON in text
        assert all(str(FAILED[key]) in text for key in ("call_id", "function", "queued_at", "size"))
    assert piped.stdout.splitlines()[2].endswith(REASON)
