"""What is different for who sits at a terminal: colours, plain lines, hidden passwords."""

import os
import pty
import subprocess
import sys
import time

import pytest


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
