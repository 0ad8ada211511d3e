"""A clock that jumps, while a gateway runs or between two: nothing stalls, nothing fails."""

import sqlite3
import time

import pytest

from dcf.gateway.queue.clock import RunClock
from dcf.gateway.queue.dispatcher import Dispatcher
from tests.dcf.gateway.queue.old_table import OLD_TABLE

DAY, YEAR = 86_400.0, 365 * 86_400.0
JUMPS = {
    "none": 0.0, "-1s": -1.0, "-1h": -3600.0, "+1h": 3600.0, "-2d": -2 * DAY, "+2d": 2 * DAY,
    "-2y": -2 * YEAR, "+2y": 2 * YEAR, "to-1970": -56 * YEAR,
}  # fmt: skip
jumps = pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)


class Machine:
    """Its clock can be set; the steady one cannot."""

    def __init__(self):
        self._real, self.jump = time.time, 0.0

    def time(self):
        return self._real() + self.jump


@pytest.fixture
def machine(monkeypatch):
    made = Machine()
    monkeypatch.setattr(time, "time", made.time)
    monkeypatch.setattr("dcf.gateway.queue.call_queue.RunClock", lambda: RunClock(wall=made.time))
    return made


@jumps
def test_calls_that_wait_are_delivered_after_a_jump_between_two_runs(
    queued, listening, run, machine, jump
):
    async def steps():
        async with queued() as gateway:
            await gateway.submit(b"waited")
        async with listening() as function:
            function.answers = [503]
            machine.jump = jump
            async with queued(function) as gateway:
                await gateway.submit(b"new")
                await gateway.until(waiting=0, running=0, failed=0)
                assert sorted(set(function.bodies)) == [b"new", b"waited"]

    run(steps())


@jumps
def test_a_call_that_failed_once_is_tried_again_in_time_whatever_the_clock_does(
    queued, listening, run, machine, jump, monkeypatch
):
    async def steps():
        async with listening() as function, queued(function, retry_seconds=0.3) as gateway:
            before = Dispatcher.add

            def add(self, waiting):
                before(self, waiting)
                machine.jump = jump if function.came else 0.0  # as soon as it waits again

            monkeypatch.setattr(Dispatcher, "add", add)
            function.answers = [503]
            await gateway.submit(b"again")
            await gateway.until(waiting=0, running=0, failed=0)
            assert machine.jump == jump
            assert function.bodies == [b"again"] * 2

    run(steps())


@jumps
def test_a_clock_that_was_set_within_a_run_does_not_matter_to_the_next(
    queued, listening, run, machine, jump, tmp_path
):
    async def steps():
        async with queued() as gateway:
            await gateway.submit(b"1")
            machine.jump = jump
            assert 0 <= (await gateway.counts())["oldest_seconds"] < 30
            await gateway.submit(b"2")
        base = sqlite3.connect(tmp_path / "queue" / "queue.db")
        base.execute("DELETE FROM clock")  # a killed gateway did not note its last moment
        base.commit()
        base.close()
        async with listening() as function, queued(function) as gateway:
            await gateway.until(waiting=0, running=0, failed=0)
            assert function.bodies == [b"1", b"2"]

    run(steps())


def test_age_still_counts_and_a_pause_is_still_kept_from_one_run_to_the_next(
    queued, listening, run, machine
):
    async def steps():
        async with queued(age_seconds=100) as gateway:
            await gateway.submit(b"old")
        machine.jump = 40.0
        async with queued(age_seconds=100) as gateway:
            assert 40 <= (await gateway.counts())["oldest_seconds"] < 60
        machine.jump = 80.0
        async with queued(age_seconds=100) as gateway:
            assert 80 <= (await gateway.counts())["oldest_seconds"] < 99
        machine.jump = 80.0 + YEAR  # counts as half of the limit at most
        async with listening() as function, queued(function, age_seconds=100) as gateway:
            await gateway.until(failed=1, waiting=0, running=0)
            assert function.came == []

    run(steps())


@pytest.mark.parametrize("absurd", [1e12, 1e300, float("inf")])
def test_times_that_cannot_be_are_not_believed(
    queued, listening, run, tmp_path, absurd, monkeypatch
):
    monkeypatch.setattr("dcf.gateway.queue.timekeeper.LONGEST", 0.2)

    async def steps():
        async with queued() as gateway:
            await gateway.submit(b"1")
            now = (await gateway.server.queue._store.seen()).queue
        base = sqlite3.connect(tmp_path / "queue" / "queue.db")
        base.execute("UPDATE items SET due = ?, since = ?", (absurd, now))
        base.commit()
        base.close()
        async with listening() as function, queued(function) as gateway:
            await gateway.until(waiting=0, running=0, failed=0)
            assert function.bodies == [b"1"]

    run(steps())


OLD = f"""
{OLD_TABLE}
INSERT INTO items VALUES
    (1, 'call', 'a', 'f', '/', '', '[]', 1, x'31', '', 1e9, 0, 0, '', 1e9, NULL),
    (2, 'call', 'b', 'f', '/', '', '[]', 1, x'32', '', 9e9, 0, 0, '', 9e9, NULL),
    (3, 'call', 'c', 'f', '/', '', '[]', 1, x'33', '', 9e9, 9, 5, '', 9e9, 9e9);
"""


def test_a_queue_from_before_it_had_a_clock_of_its_own_is_carried_over(
    queued, listening, run, tmp_path
):
    (tmp_path / "queue").mkdir()
    base = sqlite3.connect(tmp_path / "queue" / "queue.db")
    base.executescript(OLD)
    base.close()

    async def steps():
        async with listening() as function, queued(function) as gateway:
            await gateway.until(waiting=0, running=0, failed=1)
            assert function.bodies == [b"1", b"2"]

    run(steps())
