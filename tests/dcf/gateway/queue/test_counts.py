"""Counts of calls on the queue's disk: kept while it runs, and told once if they cannot be."""

import sqlite3

import pytest

from dcf.gateway.invocation_counts import InvocationCounts
from dcf.gateway.queue.clock import RunClock
from dcf.gateway.queue.counts import Counts
from dcf.gateway.queue.store import Store
from tests.waiting import until_async


@pytest.fixture
def store(tmp_path, run):
    """`store(steps)` runs `steps(store)`."""

    def all_steps(steps):
        async def through():
            opened = Store(tmp_path / "queue.db", RunClock())
            try:
                await steps(opened)
            finally:
                await opened.close()

        run(through())

    return all_steps


def test_they_are_kept_while_it_runs_and_taken_up_again(store, monkeypatch):
    monkeypatch.setattr("dcf.gateway.queue.counts._SECONDS", 0.01)

    async def steps(opened):
        tally = InvocationCounts()
        counts = Counts(tally, opened)
        await counts.start()
        tally.add("f")

        async def kept():
            return await opened.counts() == {"f": 1}

        await until_async(kept)  # without an end of the gateway
        await counts.close()
        again = InvocationCounts()
        again.restore({"g": 1})
        await Counts(again, opened).start()
        assert (again["f"], again["g"]) == (1, 1)

    store(steps)


def test_the_last_ones_are_kept_at_the_end(store):
    async def steps(opened):
        tally = InvocationCounts()
        counts = Counts(tally, opened)
        await counts.start()
        tally.add("f")
        await counts.close()
        assert await opened.counts() == {"f": 1}

    store(steps)


def test_one_that_never_started_keeps_nothing_of_what_it_does_not_know(store):
    """A start that failed before it must not write over what is there."""

    async def steps(opened):
        await opened.keep_counts({"f": 7})
        tally = InvocationCounts()
        tally.add("f")
        await Counts(tally, opened).close()
        assert await opened.counts() == {"f": 7}

    store(steps)


def test_what_cannot_be_kept_is_told_once_and_kept_later(store, caplog, monkeypatch):
    async def steps(opened):
        tally = InvocationCounts()
        counts = Counts(tally, opened)
        keep = opened.keep_counts

        async def refuse(_changes):
            raise sqlite3.OperationalError("database or disk is full")

        for _ in range(2):
            monkeypatch.setattr(opened, "keep_counts", refuse)
            for _ in range(3):
                tally.add("f")
                await counts._flush()
            monkeypatch.setattr(opened, "keep_counts", keep)
            await counts._flush()
        assert await opened.counts() == {"f": 6}

    store(steps)
    assert (
        caplog.messages == ["counts of calls cannot be kept for now: database or disk is full"] * 2
    )
