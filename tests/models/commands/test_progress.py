"""How far a verb is."""

import io

import pytest

from models.commands.progress import Progress, duration


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
    progress = Progress(1000, "pictures", clock)
    for _ in range(500):
        progress.known()
    for _ in range(100):
        clock.now += 0.25
        progress.add()
    progress.end()
    # Two lines in 25 seconds; what was known before does not make the speed.
    assert capsys.readouterr().err.splitlines() == [
        "540 of 1,000 pictures, 4.0 a second, 1 min 55 s left",
        "580 of 1,000 pictures, 4.0 a second, 1 min 45 s left",
    ]
    assert progress.spent == 25


def test_a_terminal_gets_one_line_that_moves_and_goes(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    clock = Clock()
    progress = Progress(10, "pictures", clock)
    for _ in range(3):
        clock.now += 0.15
        progress.add()
    progress.end()
    shown = terminal.getvalue()
    assert "\n" not in shown
    assert shown.count("of 10 pictures") == 1
    assert shown.endswith(f"\r{'':<70}\r")
