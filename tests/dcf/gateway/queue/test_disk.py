"""Insisting on a disk that refuses: which faults may pass, how often it is tried, when it ends."""

import asyncio
import errno
import logging
import sqlite3

import pytest

from dcf.gateway.queue.body_file import LostBodyError
from dcf.gateway.queue.clock import RunClock
from dcf.gateway.queue.disk import Disk, StillRefusedError
from tests.waiting import turns

PASSING = [
    sqlite3.OperationalError("database or disk is full"),
    sqlite3.OperationalError("disk I/O error"),
    sqlite3.OperationalError("database is locked"),
    sqlite3.OperationalError("attempt to write a readonly database"),
    sqlite3.DatabaseError("database disk image is malformed"),
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EROFS, "Read-only file system"),
    OSError(errno.EDQUOT, "Disk quota exceeded"),
    OSError(errno.EIO, "Input/output error"),
    PermissionError(errno.EACCES, "Permission denied"),
]
LASTING = [
    sqlite3.IntegrityError("UNIQUE constraint failed"),
    sqlite3.DataError("string or blob too big"),
    sqlite3.ProgrammingError("Cannot operate on a closed database."),
    LostBodyError(errno.EIO, "Input/output error"),
    ValueError("no fault of a disk"),
]


class FastClock:
    """Passes as much time as is asked for, at once."""

    def __init__(self):
        self.time, self.pauses = 0.0, []

    def now(self):
        return self.time

    async def wait(self, event, seconds):
        self.pauses.append(seconds)
        self.time += seconds
        await turns(1)


class Work:
    """Fails as often as it is told to."""

    def __init__(self, fault, times):
        self.fault, self.times, self.tried = fault, times, 0

    async def __call__(self):
        self.tried += 1
        if self.tried <= self.times:
            raise self.fault
        return "done"


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_what_may_pass_is_tried_with_growing_pauses_until_it_is_done(fault, run, caplog):
    clock, work = FastClock(), Work(fault, 12)
    with caplog.at_level(logging.WARNING):
        assert run(Disk(clock).insist(work)) == "done"
    assert work.tried == 13
    assert clock.pauses[:8] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [str(fault) in each for each in caplog.messages] == [True, False]


@pytest.mark.parametrize("fault", LASTING, ids=str)
@pytest.mark.parametrize("after", [0, 2])
def test_what_will_not_pass_is_raised_at_once(fault, after, run):
    clock, work = FastClock(), Work(fault, 99)
    if after:
        work.fault = PASSING[0]

    async def steps():
        task = asyncio.create_task(Disk(clock).insist(work))
        while work.tried < after:
            await turns(1)
        work.fault, before = fault, work.tried
        with pytest.raises(type(fault)) as caught:
            await task
        assert caught.value is fault
        assert work.tried <= before + 2

    run(steps())


def test_at_the_end_it_is_tried_for_a_few_seconds_and_no_longer(run):
    clock, work = FastClock(), Work(PASSING[0], 10**9)

    async def steps():
        disk = Disk(clock)
        task = asyncio.create_task(disk.insist(work))
        while clock.time < 100:
            await turns(1)
        disk.end()
        began, tried = clock.time, work.tried
        with pytest.raises(StillRefusedError, match="full"):
            await task
        assert clock.time - began <= 35  # the pause that was under way is this clock's to end
        assert 1 <= work.tried - tried <= 12
        late = Work(PASSING[0], 1)
        assert await disk.insist(late) == "done"

    run(steps())


def test_the_end_does_not_wait_for_a_long_pause(run, monkeypatch):
    """With the real clock: a pause of an hour is broken off."""
    monkeypatch.setattr("dcf.gateway.queue.disk._FIRST_PAUSE", 3600.0)

    async def steps():
        disk, tries, tried = Disk(RunClock()), [], asyncio.Event()

        async def work():
            tries.append(1)
            tried.set()
            if len(tries) == 1:
                raise PASSING[0]

        task = asyncio.create_task(disk.insist(work))
        await tried.wait()
        disk.end()
        await task  # `run` ends what takes half a minute
        assert len(tries) == 2

    run(steps())


def test_one_line_tells_of_many_that_wait(run, caplog):
    clock = FastClock()

    async def steps():
        disk = Disk(clock)
        await asyncio.gather(*(disk.insist(Work(PASSING[5], 3)) for _ in range(50)))

    with caplog.at_level(logging.WARNING):
        run(steps())
    assert len(caplog.messages) == 2
