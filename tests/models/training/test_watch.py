"""What a person sees: a moving line on a terminal, few lines elsewhere."""

import io

import pytest

from models.training import watch
from models.training.watch import Course, Watch, clock


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def times(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])
    return now


def test_a_terminal_sees_every_step(times):
    stream = Terminal()
    seen = Watch(stream, Course(2, 10, 4))
    for step in range(1, 4):
        times[0] += 2
        seen.step(0, step, 1.0)
    lines = stream.getvalue().split("\r\x1b[K")[1:]
    assert len(lines) == 3
    assert lines[-1] == "epoch 1/2, 30%, loss 1.000, 2.0 pictures/s, 0:14 left"
    seen.say("measured")
    assert stream.getvalue().endswith("\r\x1b[Kmeasured\n")


def test_a_pipe_sees_a_line_now_and_then(times):
    stream = io.StringIO()
    seen = Watch(stream, Course(1, 1000, 1))
    for step in range(1, 101):
        times[0] += 1
        seen.step(0, step, 1.0)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4  # soon, then every half minute
    assert all("\r" not in line and "pictures/s" in line for line in lines)


def test_the_loss_is_smoothed_and_pauses_do_not_count(times):
    seen = Watch(io.StringIO(), Course(1, 10, 10), done=4)
    times[0] += 10
    seen.step(0, 5, 2.0)
    assert seen.loss == 2.0
    seen.step(0, 6, 0.0)
    assert seen.loss == pytest.approx(1.9)
    assert seen.speed(6) == pytest.approx(2.0)
    times[0] += 90
    seen.pause(90)
    assert seen.speed(6) == pytest.approx(2.0)


def test_clock():
    assert [clock(each) for each in (0, 59.4, 61, 3600, 86399)] == [
        "0:00", "0:59", "1:01", "1:00:00", "23:59:59",
    ]  # fmt: skip
