"""What of the engine's work is shown: every line, or the step alone and the end of what failed."""

import sys

import pytest

from dcf.terminal.engine_output import Quiet, Streamed
from tests.terminal import Stream
from tests.waiting import until


def at_a_terminal(monkeypatch):
    """Says that stderr is one, 40 columns wide."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")


def test_every_line_is_written_as_it_comes_and_not_twice(capfd):
    watch = Streamed()
    for text in ("one", "Step 1/2 : FROM x"):
        watch.line(text)
    watch.done()
    watch.recall()
    assert capfd.readouterr() == ("", "one\nStep 1/2 : FROM x\n")


def test_where_nobody_watches_nothing_is_shown_until_it_fails(capfd):
    watch = Quiet()
    for number in range(40):
        watch.line(f"Step {number}")
    watch.done()
    assert capfd.readouterr() == ("", "")
    watch.recall()
    assert capfd.readouterr().err.splitlines() == [f"Step {number}" for number in range(10, 40)]


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("#5 [stage-1 2/4] RUN apt-get update", "[stage-1 2/4] RUN apt-get update"),
        ("STEP 3/4: COPY a b", "3/4: COPY a b"),
        ("[1/2] STEP 3/4: COPY a b", "3/4: COPY a b"),
        ("Step 2/9 : FROM   x", "2/9 : FROM x"),
        ("0123456789ab: Pushing  3 MB", "Pushing 3 MB"),
        ("#5 [" + "x" * 80, "[" + "x" * 38),
        ("#5 0.512 Reading package lists", None),
        ("Sending build context", None),
        ("steps", None),
        ("", None),
    ],
)
def test_a_terminal_shows_the_step_in_one_line_of_its_width(capfd, monkeypatch, line, step):
    at_a_terminal(monkeypatch)
    watch = Quiet()
    watch.line(line)
    shown = capfd.readouterr().err
    assert shown == ("" if step is None else f"\r\x1b[K{step}")
    watch.done()
    assert capfd.readouterr().err == ("" if step is None else "\r\x1b[K")


def test_a_step_that_takes_long_shows_its_time(monkeypatch):
    said = Stream(is_terminal=True)
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("dcf.terminal.waiting_line.SILENT_SECONDS", 0.01)
    watch = Quiet()
    watch.line("Step 2/9 : RUN pip install")
    until(lambda: "s, 2/9 : RUN pip" in said.text)
    watch.done()
