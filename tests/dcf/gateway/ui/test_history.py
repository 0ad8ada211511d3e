"""The hour in memory: what was counted when, and what becomes of it."""

import asyncio
import random
import time
import tracemalloc

import pytest

from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.ui.history import STEP, STEPS, History, percentile, steady

START = 1_800_000_000


class Clock:
    def __init__(self):
        self.now = float(START)

    def __call__(self):
        return self.now


@pytest.fixture(name="clock")
def _clock():
    return Clock()


@pytest.fixture(name="metrics")
def _metrics():
    return Metrics()


@pytest.fixture(name="history")
def _history(metrics, clock):
    return History(metrics, clock)


def call(metrics, name="f", seconds=0.006, status=200, times=1):
    tally = metrics.of(name)
    for _ in range(times):
        tally.begin()
        tally.end(1, status, seconds)


def told(history, run, name="f", steps=STEPS, width=1):
    end = history.now + 1
    return run(history.told([name], end - steps, end, width)).get(name)


def test_what_was_counted_lies_in_the_step_in_which_it_was_seen(metrics, clock, history, run):
    call(metrics, times=3)
    run(history.take(history.now))
    clock.now += STEP
    call(metrics, status=502)
    call(metrics, status=404)
    assert told(history, run, steps=3).calls == [0, 3, 2]
    assert told(history, run, steps=3).errors == [0, 0, 1]
    clock.now += 5 * STEP
    assert told(history, run, steps=8).calls == [0, 3, 2, 0, 0, 0, 0, 0]
    assert told(history, run, steps=8, width=4).calls == [5, 0]


def test_after_an_hour_it_is_forgotten_and_its_place_is_used_again(metrics, clock, history, run):
    call(metrics, times=3)
    run(history.take(history.now))
    clock.now += (STEPS - 1) * STEP
    assert told(history, run).calls == [3] + [0] * (STEPS - 1)
    clock.now += STEP
    assert told(history, run).calls == [0] * STEPS
    call(metrics)  # in the same place of the ring
    assert told(history, run).calls == [0] * (STEPS - 1) + [1]
    clock.now += 10 * STEPS * STEP
    call(metrics, times=2)
    assert told(history, run).calls == [0] * (STEPS - 1) + [2]


def test_percentiles_are_told_where_there_were_calls(metrics, clock, history, run):
    call(metrics, seconds=0.0075, times=99)
    call(metrics, seconds=0.8, times=1)
    series = told(history, run, steps=2)
    assert series.p50[0] is series.p99[0] is None
    assert 5 < series.p50[1] < 10
    assert series.p99[1] == 10.0
    call(metrics, seconds=0.8, times=2)
    assert 500 < told(history, run, steps=1).p99[0] <= 1000


def test_a_function_that_was_never_called_is_left_out(metrics, clock, history, run):
    metrics.of("g")
    call(metrics)
    assert set(run(history.told(["f", "g", "nobody"], 0, 1, 1))) == {"f"}
    assert metrics.names() == {"f", "g"}  # asking makes none


def test_one_that_is_deleted_and_deployed_again_begins_anew(metrics, clock, history, run):
    call(metrics, times=5)
    run(history.take(history.now))
    metrics.forget("f")
    assert told(history, run) is None
    call(metrics)
    assert sum(told(history, run).calls) == 1
    metrics.forget("f")
    run(history.take(history.now))
    assert history._rings == {}
    metrics.forget("f")
    call(metrics, times=2)
    run(history.take(history.now))
    tally = metrics.of("f")
    metrics.forget("f")
    call(metrics, times=2)
    assert metrics.of("f") is not tally
    run(history.take(history.now))
    assert sum(told(history, run).calls) == 2


def test_a_step_holds_as_many_calls_as_it_can(metrics, clock, history, run):
    tally = metrics.of("f")
    tally.begun, tally.ended = 1, 1
    call(metrics)
    tally._codes["200"].counts[3] = 100_000
    assert told(history, run, steps=1).calls == [65_535]


def test_it_looks_by_itself_at_the_end_of_each_step(metrics, clock, run):
    paused = []

    async def steps():
        looked = asyncio.Event()

        async def pause(seconds):
            if len(paused) == 3:
                looked.set()
                await asyncio.Event().wait()
            paused.append(seconds)
            call(metrics, times=len(paused))
            clock.now += seconds + 0.01

        clock.now += 4
        history = History(metrics, clock, pause)
        first, looking = history.now, history.looking(None)
        await anext(looking)
        await looked.wait()
        with pytest.raises(StopAsyncIteration):
            await anext(looking)
        return history._rings["f"].told(first, first + 3, 1)

    assert run(steps()).calls == [1, 2, 3]
    assert paused == pytest.approx([6, 9.99, 9.99])


def test_its_clock_is_the_time_of_day():
    assert abs(steady()() - time.time()) < 60


@pytest.mark.parametrize(
    ("counts", "share", "wanted"),
    [
        ([0] * 16, 0.5, None),
        ([2] + [0] * 15, 0.5, 0.5),
        ([0, 0, 0, 4] + [0] * 12, 0.25, 6.25),
        ([0, 0, 0, 4] + [0] * 12, 1.0, 10.0),
        ([1, 0, 0, 1] + [0] * 12, 0.5, 1.0),
        ([0] * 15 + [7], 0.5, 60_000.0),
    ],
)
def test_percentiles_are_told_as_prometheus_tells_them(counts, share, wanted):
    assert percentile(counts, share) == wanted


def test_a_thousand_busy_functions_stay_small(metrics, clock, history, run):
    for number in range(1000):
        call(metrics, name=f"f{number}")
    tracemalloc.start()
    try:
        run(history.take(history.now))
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(history._rings) == 1000
    assert size < 20_000_000


def test_it_tells_what_a_list_of_all_calls_tells(metrics, clock, history, run):
    dice, known = random.Random(22), {}
    for _ in range(400):
        clock.now += STEP * dice.choice((0, 1, 1, 2, 7, 40))
        times = dice.randrange(3)
        status = dice.choice((200, 404, 500))
        call(metrics, times=times, status=status, seconds=dice.random())
        run(history.take(history.now))
        calls, errors = known.get(history.now, (0, 0))
        known[history.now] = calls + times, errors + times * (status == 500)
        width = dice.choice((1, 2, 6, 60))
        steps = width * dice.randrange(1, STEPS // width + 1)
        series, end = told(history, run, steps=steps, width=width), history.now + 1
        for place, first in enumerate(range(end - steps, end, width)):
            lived = [known.get(each, (0, 0)) for each in range(first, first + width)]
            wanted = tuple(sum(each) for each in zip(*lived, strict=True))
            found = (series.calls[place], series.errors[place]) if series else (0, 0)
            assert found == wanted
            assert series is None or (series.p50[place] is None) == (wanted[0] == 0)
