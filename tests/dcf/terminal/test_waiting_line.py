"""A line for who waits: on a terminal one that changes in place, on a pipe a plain one."""

import sys

import pytest

from dcf.terminal import waiting_line
from dcf.terminal.waiting_line import WaitingLine
from tests.waiting import until


@pytest.fixture
def shown(monkeypatch, capfd):
    """`shown(is_terminal)` makes waits short; gives what reads all that stderr has got."""

    def begin(is_terminal):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
        for name in ("SILENT_SECONDS", "_TERMINAL_SECONDS", "_PIPE_SECONDS"):
            monkeypatch.setattr(waiting_line, name, 0.01)
        kept = []
        return lambda: kept.append(capfd.readouterr().err) or "".join(kept)

    return begin


def test_a_terminal_has_one_line_that_says_what_is_done_now(shown):
    read = shown(is_terminal=True)
    with WaitingLine("one") as line:
        until(lambda: "0 s, one" in read())
        line.doing = "two"
        until(lambda: "0 s, two" in read())
    assert "\n" not in read()
    assert read().endswith("\r\x1b[K")


def test_a_pipe_has_lines(shown):
    read = shown(is_terminal=False)
    with WaitingLine("one"):
        until(lambda: read().count("  0 s, one\n") >= 2)
    assert "\x1b" not in read()


def test_it_ends_with_what_it_stands_around(shown):
    read = shown(is_terminal=True)
    with pytest.raises(KeyError), WaitingLine("one"):
        raise KeyError
    said = read()
    assert said == read()
