"""How far a verb is."""

import io

import pytest

from models.commands.progress import Progress, duration, each_in_turn


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_times(seconds, text):
    assert duration(seconds) == text


def test_a_pipe_gets_a_line_in_ten_seconds(monkeypatch, capsys):
    clock = Clock()
    progress = Progress("pictures", 1000, clock)
    for _ in range(500):
        progress.known()
    for _ in range(100):
        clock.now += 0.25
        progress.add()
    progress.end()
    # Two lines in 25 seconds; what was known before does not make the speed.
    assert capsys.readouterr().err.splitlines() == [
        "pictures: 540 of 1,000, 4.0 a second, 1 min 55 s left",
        "pictures: 580 of 1,000, 4.0 a second, 1 min 45 s left",
    ]
    assert progress.spent == 25


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def seen(monkeypatch):
    """Makes stderr a terminal, inside the test: before it, pytest puts its own there."""

    def begin():
        monkeypatch.setattr("sys.stderr", terminal := Terminal())
        return terminal

    return begin


def test_a_terminal_gets_one_line_that_moves_and_goes(seen):
    terminal = seen()
    clock = Clock()
    with Progress("pictures", 10, clock) as progress:
        for _ in range(3):
            clock.now += 0.15
            progress.add()
    shown = terminal.getvalue()
    assert "\n" not in shown
    line = "\rpictures: 2 of 10, 6.7 a second, 1 s left"
    assert shown == f"{line}\r{'':<{len(line) - 1}}\r"


def test_a_shorter_line_covers_a_longer_one(seen):
    terminal = seen()
    clock = Clock()
    progress = Progress("pictures", clock=clock)
    for done, whole in ((1000, 10_000), (1, 1)):
        clock.now += 1
        progress(done, whole)
    first, second = terminal.getvalue().split("\r")[1:]
    assert len(second) == len(first)


def test_nothing_said_leaves_nothing(seen):
    terminal = seen()
    with Progress("pictures") as progress:
        progress(1, 2)
    assert terminal.getvalue() == ""


def test_what_is_counted_next_ends_what_was_counted_before(seen, monkeypatch):
    terminal = seen()
    monkeypatch.setattr("models.commands.progress._MOVES_S", 0)
    with each_in_turn() as say:
        say("one")(1, 1)
        say("two")(2, 2)
    lines = [line.strip() for line in terminal.getvalue().split("\r") if line.strip()]
    assert [line.partition(",")[0] for line in lines] == ["one: 1 of 1", "two: 2 of 2"]
