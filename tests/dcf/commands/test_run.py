"""dcf function run: a call from a pipe, and serving with edits taken over."""

import contextlib
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
import requests

UPPER = """
class Handler:
    def __call__(self, req):
        if req.input == b"raise":
            raise RuntimeError("secret words of the handler")
        return req.input.upper()
"""
BROKEN = "raise ValueError('the weights are missing')\n"


def test_a_piped_call_is_answered_in_the_originals_words_and_all_ends(
    dcf, write_function, tmp_path
):
    write_function(tmp_path, "up", UPPER)
    done = dcf("function", "run", "up", stdin=b"hello\n", cwd=tmp_path)
    first, *words = done.stdout.decode().splitlines()
    assert re.fullmatch(r"Running image \(archive:sha256:[0-9a-f]{64}\) in local", first)
    assert words == [
        "Starting [dcf-watcher] server ...",
        "Call up in user's local",
        "Handler request: hello",
        "Handler reply: HELLO",
    ]
    assert done.returncode == 0


def test_a_handler_that_cannot_load_is_told_at_once_and_not_waited_for(
    dcf, write_function, tmp_path
):
    write_function(tmp_path, "up", BROKEN)
    done = dcf("function", "run", "up", stdin=b"hello", cwd=tmp_path)
    assert done.returncode == 1
    last = done.stderr.decode().splitlines()[-1]
    assert last.startswith(
        "Error: function up cannot become ready: exited with status 1: importing src/handler.py"
    )
    assert "the weights are missing" in last


def test_a_call_that_fails_exits_1_without_the_handlers_secrets(dcf, write_function, tmp_path):
    write_function(tmp_path, "up", UPPER)
    done = dcf("function", "run", "up", stdin=b"raise", cwd=tmp_path)
    assert done.returncode == 1
    assert "handler_error" in done.stderr.decode().splitlines()[-1]
    assert b"Handler reply" not in done.stdout


@pytest.mark.parametrize(
    ("code", "setting", "words"),
    [
        (
            "import threading\n\ndef handle(body):\n    threading.Event().wait(60)\n",
            "EXEC_TIMEOUT",
            b"timeout",
        ),
        (
            "import threading\nthreading.Event().wait(60)\n\ndef handle(body): ...\n",
            "LOAD_TIMEOUT",
            b"LOAD_TIMEOUT",
        ),
    ],
    ids=["call", "load"],
)
def test_what_hangs_has_a_deadline(dcf, write_function, tmp_path, code, setting, words):
    config = write_function(tmp_path, "up", code, name="handle")
    config.write_text(config.read_text() + f"    environment: {{{setting}: 1s}}\n")
    done = dcf("function", "run", "up", stdin=b"hello", cwd=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr.splitlines()[-1]


def test_a_taken_port_is_named(dcf, write_function, tmp_path):
    write_function(tmp_path, "up", UPPER)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = dcf("function", "run", "--serve", "--port", port, cwd=tmp_path)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr.decode().splitlines()[-1]


def test_a_killed_run_leaves_nothing_running(serving, wait_for, is_alive):
    process, address, _handler = serving
    wait_for(lambda: answer(address) == "ABC")
    (watcher,) = wait_for(lambda: children(process.pid))
    process.kill()
    wait_for(lambda: not is_alive(watcher))


def test_secrets_come_from_a_folder(dcf, write_function, tmp_path):
    code = """
import os, pathlib
def handle(body):
    return pathlib.Path(os.environ["SECRETS_DIR"], "token").read_text()
"""
    config = write_function(tmp_path, "up", code, name="handle")
    config.write_text(config.read_text() + "    secrets: [token]\n")
    missing = dcf("function", "run", stdin=b"x", cwd=tmp_path)
    assert (missing.returncode, b"--secrets" in missing.stderr) == (1, True)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "token").write_text("s3cret")
    done = dcf("function", "run", "--secrets", "kept", stdin=b"x", cwd=tmp_path)
    assert done.stdout.endswith(b"Handler reply: s3cret")


@pytest.fixture
def serving(start_dcf, write_function, tmp_path):
    """The function `up` in the foreground: the process, its address, its handler's file."""
    write_function(tmp_path, "up", UPPER)
    process = start_dcf("function", "run", "up", "--serve", cwd=tmp_path)
    yield process, serving_at(process), tmp_path / "src" / "handler.py"
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=10)


def serving_at(process):
    for line in process.stdout:
        if found := re.search(r"Serving up at (http://\S+)", line):
            return found[1]
    raise AssertionError(process.stderr.read())


def edit(handler, text):
    """As an editor that leaves no half of a file to be seen, wherever a busy machine stops it."""
    new = handler.parents[1] / "new"
    new.write_text(text)
    new.replace(handler)


def answer(address):
    reply = requests.post(address, b"Abc", timeout=10)
    return reply.text if reply.status_code == 200 else ""


def test_edits_are_taken_over_at_the_same_address_and_a_broken_one_leaves_the_old(
    serving, wait_for
):
    process, address, handler = serving
    wait_for(lambda: answer(address) == "ABC")
    edit(handler, UPPER.replace("upper", "lower"))
    wait_for(lambda: answer(address) == "abc")
    edit(handler, BROKEN)
    for line in process.stderr:
        if "Error: function up cannot become ready" in line:
            break
    assert "the weights are missing" in line
    assert "the one before still serves" in line
    assert answer(address) == "abc"
    edit(handler, UPPER)
    wait_for(lambda: answer(address) == "ABC")


def test_a_first_start_that_fails_waits_for_an_edit(start_dcf, write_function, tmp_path, wait_for):
    write_function(tmp_path, "up", BROKEN)
    nothing = subprocess.DEVNULL  # no pipe and no file, so there is no call to make
    with start_dcf("function", "run", "up", stdin=nothing, cwd=tmp_path) as process:
        address = serving_at(process)
        for line in process.stderr:
            if "Error: function up cannot become ready" in line:
                break
        assert "waiting for an edit" in line
        assert requests.post(address, b"x", timeout=10).status_code == 503
        edit(tmp_path / "src" / "handler.py", UPPER)
        wait_for(lambda: answer(address) == "ABC")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_ctrl_c_ends_everything_at_once(serving, wait_for, is_alive, number):
    process, address, _handler = serving
    wait_for(lambda: answer(address) == "ABC")
    (watcher,) = wait_for(lambda: children(process.pid))
    process.send_signal(number)
    assert process.wait(timeout=15) == 0
    assert not is_alive(watcher)


def test_ctrl_c_does_not_wait_for_a_call_that_hangs(serving, wait_for):
    process, address, handler = serving
    edit(handler, "import threading\n\n\ndef Handler(req):\n    threading.Event().wait(60)\n")
    wait_for(lambda: hangs(address))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0  # half of what the call would take


def hangs(address):
    try:
        requests.post(address, b"x", timeout=(20, 0.5))
    except requests.exceptions.ReadTimeout:
        return True
    return False


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that ended while we looked
            found += map(int, (task / "children").read_text().split())
    return found
