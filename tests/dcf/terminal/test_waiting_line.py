"""Whoever waits hears something: in one line of a terminal, or a plain line on a pipe."""

import re
import sys
import threading

import pytest

from dcf.terminal import waiting_line
from dcf.terminal.printing import write_line
from dcf.terminal.waiting_line import SILENT_SECONDS, WaitingLine
from tests.terminal import Stream
from tests.waiting import until


@pytest.fixture
def at_once(monkeypatch):
    """The first line comes at once, as many as there are to come."""
    monkeypatch.setattr(waiting_line, "SILENT_SECONDS", 0.01)
    monkeypatch.setattr(waiting_line, "_TERMINAL_SECONDS", 0.01)
    monkeypatch.setattr(waiting_line, "_PIPE_SECONDS", 0.01)


@pytest.fixture
def stderr(monkeypatch):
    """`stderr(is_terminal)` is one in memory: of a thread's words pytest's own may lose some."""

    def replaced(is_terminal):
        stream = Stream(is_terminal)
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    return replaced


def test_a_pipe_gets_plain_lines_of_what_is_done_now(stderr, at_once):
    said = stderr(is_terminal=False)
    with WaitingLine("packing f") as line:
        until(lambda: said.text.count("\n") >= 2)
        assert re.match(r"  \d+ s, packing f\n", said.text)
        line.doing = "sending f"
        until(lambda: "sending f\n" in said.text)
    assert "\x1b" not in said.text
    assert not any(each.name == "waiting-line" for each in threading.enumerate())


def test_a_terminal_gets_one_line_that_goes_before_anything_else_is_said(
    stderr, at_once, monkeypatch
):
    said = stderr(is_terminal=True)
    monkeypatch.setenv("COLUMNS", "20")
    with WaitingLine("f: revision 2: 0 of 2 ready") as line:
        until(lambda: said.text.count("\r") >= 3)
        # No wider than the terminal.
        assert re.match(r"\r\x1b\[K  \d s, f: revision \r\x1b\[K", said.text)
        line.doing = "x"
        write_line("said")
        until(lambda: ", x" in said.text)
    assert said.text.endswith("\r\x1b[K")


def test_what_is_quick_says_nothing(capfd):
    assert SILENT_SECONDS <= 3
    with WaitingLine("packing f"):
        pass
    assert capfd.readouterr() == ("", "")
