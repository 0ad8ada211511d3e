"""How far a batch is: counted by hand against a clock that is passed in, and in a real run."""

import logging

import pytest

from watcher.batch.progress import EVERY_S, Progress


def test_progress_is_told_every_few_seconds_and_at_the_end(begin, data):
    data.fill(14, 0.4)
    data.put("bad.jpg", "known")
    run = begin(CONCURRENCY=1)
    assert run.wait() == 0
    lines = [line.split(" INFO ")[1] for line in run.log.splitlines() if " of 15 files" in line]
    assert lines[0].startswith("0 of 15 files")
    assert len(lines) >= 3  # more where the machine is slow
    assert all(" s left" in line for line in lines[1:-1])
    assert lines[-1].startswith("15 of 15 files, ")
    assert lines[-1].endswith("a second, 1 failed")


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_line_says_how_many_how_fast_and_how_long_it_will_take(clock):
    progress = Progress(10, 0, 0, clock)
    clock.now += 4
    progress.count("a.jpg", 2.0, None)
    progress.count("b.jpg", 2.0, {"code": "timeout"})
    assert progress.line() == "2 of 10 files, 0.5 a second, 1 failed, 16 s left"


def test_what_an_earlier_run_did_counts_as_done_and_not_as_speed(clock):
    progress = Progress(10, 6, 2, clock)
    clock.now += 1
    assert progress.line() == "6 of 10 files, 0.0 a second, 2 failed"  # no rate: no guess
    progress.count("g.jpg", 1.0, None)
    clock.now += 1
    assert progress.line() == "7 of 10 files, 0.5 a second, 2 failed, 6 s left"


def test_nothing_is_left_at_the_end_and_no_time_is_no_fault(clock):
    progress = Progress(1, 0, 0, clock)
    progress.count("a.jpg", 0.0, None)
    line = progress.line()
    assert line.startswith("1 of 1 files, ")
    assert "left" not in line


def test_it_is_told_once_every_few_seconds(clock, caplog):
    caplog.set_level(logging.INFO)
    progress = Progress(9, 0, 0, clock)
    for moved, told in ((EVERY_S - 0.1, 0), (0.1, 1), (0.0, 1), (EVERY_S - 0.1, 1), (0.1, 2)):
        clock.now += moved
        progress.tell()
        assert len(caplog.messages) == told
