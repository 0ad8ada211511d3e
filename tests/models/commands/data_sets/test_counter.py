"""How far a step has come: always the end on a terminal, seldom anything in a log."""

import io

import pytest

from models.commands.data_sets import counter
from models.commands.data_sets.counter import Counter, counters


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(counter.time, "monotonic", lambda: now[0])
    return now


def test_a_terminal_gets_one_line_that_moves(clock):
    stream = Terminal()
    with Counter("pictures", stream) as count:
        for done in range(1, 1001):
            clock[0] += 0.01
            count(done, 1000)
    lines = stream.getvalue().split("\r")
    assert 90 < len(lines) < 110
    assert lines[-1] == "pictures: 1,000 of 1,000, 100 a second\n"


def test_a_log_gets_a_line_now_and_then(clock):
    stream = io.StringIO()
    with Counter("pictures", stream) as count:
        for done in range(1, 71):
            clock[0] += 1
            count(done, 70)
    assert stream.getvalue().splitlines() == [
        "pictures: 30 of 70, 1 a second", "pictures: 60 of 70, 1 a second",
    ]  # fmt: skip


def test_a_shorter_line_covers_a_longer_one(clock):
    stream = Terminal()
    with Counter("pictures", stream) as count:
        for done, whole in ((1000, 10_000), (1, 1)):
            clock[0] += 1
            count(done, whole)
    first, second = (line.rstrip("\n") for line in stream.getvalue().split("\r")[1:])
    assert len(second) == len(first)


def test_nothing_said_leaves_no_empty_line():
    stream = Terminal()
    with Counter("pictures", stream):
        pass
    assert stream.getvalue() == ""


def test_what_is_counted_next_ends_what_was_counted_before(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(counter.sys, "stderr", stream)
    with counters() as say:
        say("one")(1, 1)
        say("two")(2, 2)
    lines = stream.getvalue().replace("\r", "").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["one: 1 of 1", "two: 2 of 2"]
