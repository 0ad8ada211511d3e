"""The queue's clock from one run to the next, noted while something waits."""

import sqlite3

import pytest

from dcf.gateway.queue.clock import RunClock, Seen
from dcf.gateway.queue.records import Waiting
from dcf.gateway.queue.retry_after import LONGEST
from dcf.gateway.queue.store import Store
from dcf.gateway.queue.timekeeper import Timekeeper
from tests.waiting import turns, until_async


class Kept:
    """A store, a machine whose clock can be set, and who waits."""

    def __init__(self, folder):
        self.wall, self.steady, self.waits = 10_000.0, 0.0, 0
        self.clock = RunClock(lambda: self.wall, lambda: self.steady)
        self.store = Store(folder / "queue.db", self.clock)
        self.time = Timekeeper(self.clock, self.store, lambda: self.waits)


@pytest.fixture
def keep(tmp_path, run):
    """`keep(steps)` runs `steps(kept)`."""

    def all_steps(steps):
        async def through():
            kept = Kept(tmp_path)
            try:
                await steps(kept)
            finally:
                await kept.time.close()
                await kept.store.close()

        run(through())

    return all_steps


@pytest.mark.parametrize(
    ("passed", "age", "counts"),
    [(50, 86_400, 50), (-50, 86_400, 0), (1e9, 86_400, 3600), (1e9, 100, 50)],
    ids=["plausible", "back", "far", "half-an-age"],
)
def test_time_between_two_runs_counts_as_far_as_it_is_plausible(keep, passed, age, counts):
    async def steps(kept):
        await kept.store.keep_seen(Seen(500.0, kept.wall - passed))
        await kept.time.start(age)
        assert kept.clock.now() == 500 + counts
        assert await kept.store.seen() == Seen(500 + counts, kept.wall)

    keep(steps)


def test_a_first_run_begins_with_the_machines_time(keep):
    async def steps(kept):
        await kept.time.start(100)
        assert await kept.store.seen() == Seen(10_000.0, 10_000.0)

    keep(steps)


def test_it_is_noted_while_something_waits_and_else_the_disk_is_left_alone(keep, monkeypatch):
    monkeypatch.setattr("dcf.gateway.queue.timekeeper._SECONDS", 0.01)

    async def steps(kept):
        await kept.time.start(100)
        asked, waits = [], kept.time._waits
        kept.time._waits = lambda: asked.append(1) or waits()
        kept.steady = 5.0
        await until_async(lambda: len(asked) > 3)
        assert (await kept.store.seen()).queue == 10_000
        kept.waits = 1

        async def noted():
            return (await kept.store.seen()).queue == 10_005

        await until_async(noted)

    keep(steps)


def test_the_last_moment_is_noted_but_not_by_one_that_never_began(keep):
    async def steps(kept):
        await kept.time.close()
        assert await kept.store.seen() is None
        await kept.time.start(100)
        kept.steady = 7.0
        await kept.time.close()
        assert (await kept.store.seen()).queue == 10_007

    keep(steps)


def test_a_disk_that_does_not_take_it_stops_nothing(keep, monkeypatch):
    monkeypatch.setattr("dcf.gateway.queue.timekeeper._SECONDS", 0.0)

    async def steps(kept):
        refused = []

        async def refuse(_seen):
            refused.append(1)
            raise sqlite3.OperationalError("database or disk is full")

        with monkeypatch.context() as full:
            full.setattr(kept.store, "keep_seen", refuse)
            kept.waits = 1
            await kept.time.start(100)
            await until_async(lambda: len(refused) > 3)
        await turns()
        assert not kept.time._task.done()

    keep(steps)


@pytest.mark.parametrize(
    ("since", "due", "believed"),
    [
        (9_000.0, 10_050.0, (9_000.0, 10_050.0)),
        (1e12, 10_050.0, (10_000.0, 10_050.0)),
        (9_000.0, float("inf"), (9_000.0, 10_000.0 + LONGEST)),
    ],
)
def test_what_cannot_be_is_not_believed(keep, since, due, believed):
    async def steps(kept):
        told = kept.time.believed(Waiting(1, "call f", 3, since, due))
        assert (told.since, told.due) == believed
        assert (told.seq, told.flow, told.size) == (1, "call f", 3)

    keep(steps)
