"""What is different for who sits at a terminal: colours, plain lines, hidden passwords."""

import ast
import http.server
import json
import os
import pty
import re
import subprocess
import sys
import threading
import time
import unicodedata
from pathlib import Path

import pytest

from dcf.terminal.visible import visible_bytes, visible_json, visible_line, visible_text


@pytest.fixture
def at_a_terminal(tmp_path):
    """`at_a_terminal(*arguments, typed=b"", **environ)` gives exit status and what was shown."""

    def run(*arguments, typed=b"", **environ):
        ours, theirs = pty.openpty()
        clean = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        settings = {"TERM": "xterm", "XDG_CONFIG_HOME": str(tmp_path / "config"), **environ}
        process = subprocess.Popen(
            [sys.executable, "-m", "dcf", *map(str, arguments)],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path,
            env={**clean, **settings}, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        shown = read_until(ours, b": ") if typed else b""
        os.write(ours, typed)
        shown += read_until(ours, b"")
        os.close(ours)
        return process.wait(timeout=30), shown

    return run


def read_until(terminal, end):
    """All that is shown until it ends so, or until the program closes its side."""
    shown, limit = b"", time.monotonic() + 30
    while not (end and shown.endswith(end)) and time.monotonic() < limit:
        try:
            chunk = os.read(terminal, 1 << 16)
        except OSError:  # how Linux tells that the other side is closed
            return shown
        if not chunk:
            return shown
        shown += chunk
    return shown


def test_colours_are_for_terminals_that_want_them(at_a_terminal, dcf, write_function, tmp_path):
    write_function(tmp_path)
    assert b"\x1b[" not in dcf("function", "build", "--archive", cwd=tmp_path).stdout
    assert b"\x1b[34m" in at_a_terminal("function", "build", "--archive")[1]
    assert b"\x1b[" not in at_a_terminal("function", "build", "--archive", NO_COLOR="1")[1]


def test_log_lines_are_plain(at_a_terminal, echo_gateway):
    code, shown = at_a_terminal(
        "function", "log", "-g", echo_gateway.rest, "echo", "--tail", "1", NO_COLOR="1"
    )
    assert code == 0
    time_and_instance = shown.decode().split(" ")[:2]
    assert time_and_instance[0].endswith("Z")
    assert time_and_instance[1].startswith("echo-")


def test_a_secret_is_asked_for_and_not_shown(at_a_terminal, echo_gateway, dcf):
    flags = ("-g", echo_gateway.rest)
    code, shown = at_a_terminal("secret", "create", *flags, "typed", typed=b"hush\n")
    assert (code, b"Created secret: typed" in shown) == (0, True)
    assert b"hush" not in shown
    assert dcf("secret", "remove", *flags, "typed").returncode == 0


def test_a_password_is_asked_for_and_not_shown(at_a_terminal, echo_gateway, tmp_path):
    code, shown = at_a_terminal("login", "-g", echo_gateway.rest, typed=b"hush\n")
    assert (code, b"Password: " in shown) == (0, True)
    assert b"hush" not in shown
    assert (tmp_path / "config" / "dcf" / "credentials.json").is_file()


HOSTILE = "\x1b]0;t\x07\x1b[2J\x1b[31m\u202e\u2066\u200b\x9b31m\x85\r\x08\x7f\u2028\ufeff"
OURS = re.compile(r"\x1b\[(?:0|31|34|36)m")  # colours
INFO = {"provider": {"provider": "dcf-process"}, "capabilities": ["archives"]}
TIME = "2026-01-01T00:00:00Z"


class HostileGateway(http.server.BaseHTTPRequestHandler):
    """Answers as a gateway does, with what would steer a terminal in every text."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        failing = "/failing" in self.path or self.command == "DELETE"
        body = HOSTILE.encode() if failing else self.body()
        self.send_response(500 if failing else 202 if "/async" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Call-Id", "one")
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    def body(self):
        function = {
            "name": "f" + HOSTILE, "image": "i/" + HOSTILE, "replicas": 1, "availableReplicas": 1,
            "labels": {"l" + HOSTILE: HOSTILE},
            "annotations": {"desc": HOSTILE, "maintainer": HOSTILE, "dcf.reason": HOSTILE},
        }  # fmt: skip
        revision = {
            "revision": 1, "createdAt": TIME + HOSTILE, "image": HOSTILE, "by": HOSTILE,
            "rollout": HOSTILE, "reason": HOSTILE,
        }  # fmt: skip
        failed = {
            "call_id": "c" + HOSTILE, "function": HOSTILE, "path": "/", "callback": HOSTILE,
            "queued_at": TIME + HOSTILE, "attempts": 1, "status": 503, "reason": HOSTILE, "size": 1,
        }  # fmt: skip
        line = {"name": "f", "instance": "i" + HOSTILE, "timestamp": TIME, "text": "T" + HOSTILE}
        counts = {"waiting": 0, "running": 0, "failed": 1, "oldest_seconds": 0, "limits": {}}
        table = (
            ("/system/logs", line), ("/history", [revision]),
            ("/system/secrets", [{"name": "s" + HOSTILE}]), ("/queue/failed", [failed]),
            ("/system/queue", counts), ("/system/functions", [function]),
            ("/system/function/", function), ("/system/info", INFO),
        )  # fmt: skip
        for path, value in table:
            if path in self.path:
                return json.dumps(value).encode() + b"\n"
        return HOSTILE.encode()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer


@pytest.fixture(scope="module")
def hostile():
    """The address of a gateway that wants the terminal."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), HostileGateway)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


VERBS = [
    "function list", "function list --json", "function info f", "function info f --json",
    "function log f", "function log f --tail 5", "function log f --json", "function history f",
    "function history f --json", "function call f --file {file}",
    "function call failing --file {file}",
    "function call f --async --file {file}", "function ready failing", "function delete f g",
    "function scale failing 1", "function rollback failing", "function create -f {config}",
    "secret list", "secret list --json", "secret remove s", "queue list", "queue list --json",
    "queue replay --all", "queue drop --all", "login -u {hostile}",
    "function list --{hostile}", "{hostile}", "function call f --query {hostile}",
    "function build -f {config} {hostile}", "function run -f {hostile}",
]  # fmt: skip


def steering(shown):
    """What in a terminal's output is neither seen nor a line's end."""
    return sorted({each for each in shown if each != "\n" and unicodedata.category(each) in UNSEEN})


UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}


@pytest.mark.parametrize("color", [True, False], ids=["colour", "plain"])
@pytest.mark.parametrize("verb", VERBS)
def test_nothing_that_steers_a_terminal_reaches_it(
    at_a_terminal, hostile, write_function, tmp_path, verb, color
):
    config = write_function(tmp_path, "failing")
    (tmp_path / "in").write_text("in")
    named = {"{file}": "in", "{config}": str(config), "{hostile}": HOSTILE}
    words = [re.sub(r"{\w+}", lambda found: named[found[0]], word) for word in verb.split()]
    code, shown = at_a_terminal(
        *words, typed=b"word\n" if words[0] == "login" else b"",
        DCF_GATEWAY=hostile, NO_COLOR="" if color else "1",
    )  # fmt: skip
    text = shown.decode().replace("\r\n", "\n").replace("\t", " ")
    assert steering(OURS.sub("", text) if color else text) == []
    assert "Traceback" not in text
    assert code in {0, 1, 2}
    assert "x1b" in text or "\\e" in text or "u001b" in text or code == 0, text


@pytest.mark.parametrize(
    ("verb", "shown"),
    [
        ("function list", HOSTILE), ("function log f", "T" + HOSTILE), ("secret list", HOSTILE),
        ("function history f", HOSTILE), ("queue list", HOSTILE), ("function call f", HOSTILE),
    ],
)  # fmt: skip
def test_pipes_get_what_came(dcf, hostile, verb, shown):
    done = dcf(*verb.split(), DCF_GATEWAY=hostile)
    assert (done.returncode, done.stderr) == (0, b"")
    assert shown.encode() in done.stdout


def test_files_get_what_came(dcf, hostile, tmp_path):
    answer = tmp_path / "answer"
    assert dcf("function", "call", "f", "-o", answer, DCF_GATEWAY=hostile).returncode == 0
    assert answer.read_bytes() == HOSTILE.encode()


def test_an_error_in_a_pipe_is_as_it_came_too(dcf, hostile):
    done = dcf("function", "call", "failing", DCF_GATEWAY=hostile)
    assert done.returncode == 1
    assert b"\x1b[2J" in done.stderr


def test_a_name_that_is_no_name_is_not_completed(dcf, hostile):
    asked = {"COMP_WORDS": "dcf function call f", "COMP_CWORD": "3", "DCF_GATEWAY": hostile}
    done = dcf(**asked, _DCF_COMPLETE="bash_complete")
    assert done.stdout.strip() == b""


def test_every_character_that_shows_nothing_is_written_out():
    for number in range(0x110000):
        each = chr(number)
        if each in "\t\n" or unicodedata.category(each) not in UNSEEN:
            continue
        if each in VISIBLE_MARKS or unicodedata.category(each) == "Cs":
            continue
        assert visible_text(f"a{each}b") == "a" + each.encode("unicode_escape").decode() + "b"
        assert json.loads(visible_json(json.dumps(each, ensure_ascii=False))) == each


# Format characters of scripts that are drawn: numbers' and verses' signs.
VISIBLE_MARKS = set(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)


@pytest.mark.parametrize(
    "text",
    ["", "plain", "컵 커피", "é\u0301", "a\tb", "\u3000", "⚠\ufe0f", "عربي", "😀", "a\\x1bb"],
)
def test_what_shows_stays_as_it_is(text):
    assert (
        visible_text(text) == visible_line(text) == "".join(visible_bytes([text.encode()])) == text
    )


def test_lines_end_lines_in_text_alone():
    assert (visible_text("a\nb"), visible_line("a\nb")) == ("a\nb", "a\\nb")
    assert visible_text("a\r\nb") == "a\\r\nb"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_bytes_that_are_no_text_are_written_out_wherever_they_are_cut(size):
    data = b"\xff\x1b[m\xe2\x80\xae\xc2\x9b\xec\xbb\xb5\xe2\x80"
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    shown = "".join(visible_bytes(pieces))
    assert shown == "\\xff\\x1b[m\\u202e\\x9b컵\\xe2\\x80"


def test_all_that_verbs_write_goes_through_one_place():
    folder = Path(__file__).parents[3] / "dcf" / "commands"
    elsewhere = []
    for path in sorted(folder.glob("*.py")):
        if path.name in {"printing.py", "warnings_shown.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            words = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if re.search(r"\becho$|\bsecho$|^print$|std(out|err)\b.*\bwrite|os\.write", words):
                elsewhere.append(f"{path.name}:{node.lineno}: {words}")
    assert elsewhere == []
