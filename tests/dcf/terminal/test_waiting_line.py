"""Whoever waits hears something: in one line of a terminal, or a plain line on a pipe."""

import sys
import threading

import pytest

from dcf.terminal import waiting_line
from dcf.terminal.printing import write_line
from dcf.terminal.waiting_line import SILENT_SECONDS, WaitingLine
from tests.waiting import until


@pytest.fixture
def at_once(monkeypatch):
    """The first line comes at once, as many as there are to come."""
    monkeypatch.setattr(waiting_line, "SILENT_SECONDS", 0.01)
    monkeypatch.setattr(waiting_line, "_TERMINAL_SECONDS", 0.01)
    monkeypatch.setattr(waiting_line, "_PIPE_SECONDS", 0.01)


def heard(capfd, enough):
    """What came to stderr until there is enough of it."""
    said = []

    def is_enough():
        said.append(capfd.readouterr().err)
        return enough("".join(said))

    until(is_enough)
    return "".join(said)


def test_a_pipe_gets_plain_lines_of_what_is_done_now(capfd, at_once):
    with WaitingLine("packing f") as line:
        first = heard(capfd, lambda said: said.count("\n") >= 2)
        assert first.splitlines()[0] == "  0 s, packing f"
        line.doing = "sending f"
        heard(capfd, lambda said: "sending f\n" in said)
    assert "\x1b" not in first
    assert not any(each.name == "waiting-line" for each in threading.enumerate())


def test_a_terminal_gets_one_line_that_goes_before_anything_else_is_said(
    capfd, at_once, monkeypatch
):
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: True)
    monkeypatch.setenv("COLUMNS", "20")
    with WaitingLine("f: revision 2: 0 of 2 ready") as line:
        shown = heard(capfd, lambda said: said.count("\r") >= 3)
        assert shown.startswith("\r\x1b[K  0 s, f: revision \r\x1b[K")  # no wider than the terminal
        line.doing = "x"
        write_line("said")
        heard(capfd, lambda said: ", x" in said)
    rest = capfd.readouterr().err
    assert rest == "" or rest.endswith("\r\x1b[K")


def test_what_is_quick_says_nothing(capfd):
    assert SILENT_SECONDS <= 3
    with WaitingLine("packing f"):
        pass
    assert capfd.readouterr() == ("", "")
