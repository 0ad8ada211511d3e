"""Outcomes that are kept, with the real store: attempts, a disk that comes and goes, restarts.

The clock is the test's own. Whatever the order: nothing is lost, a function that answered is not
called again by the same gateway, and every attempt is counted once.
"""

import asyncio
import errno
import itertools
import os
import random
import resource
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dcf.gateway.queue.bodies import IN_DATABASE, Bodies
from dcf.gateway.queue.disk import Disk, StillRefusedError
from dcf.gateway.queue.records import CALL, CALLBACK, NOTICE, Again, Body, Done, Failed, Item
from dcf.gateway.queue.settings import Limits
from dcf.gateway.queue.settler import Settler
from dcf.gateway.queue.store import Store

# Thousands of flushes: a folder in memory, where there is one.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
LIMITS = Limits(attempts=3, failed=1000)


class HandClock:
    """Time that passes when the test says so."""

    def __init__(self):
        self.time, self.parked = 1_000_000.0, []
        self.changed = asyncio.Event()

    def now(self):
        return self.time

    async def wait(self, event, seconds):
        turn = asyncio.get_running_loop().create_future()
        self.parked.append((self.time + seconds, turn))
        self.changed.set()
        ended = asyncio.ensure_future(event.wait())
        await asyncio.wait({turn, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        self.parked = [entry for entry in self.parked if entry[1] is not turn]

    def advance(self, seconds):
        self.time += seconds
        due = [entry for entry in self.parked if entry[0] <= self.time]
        for entry in due:
            self.parked.remove(entry)
            entry[1].set_result(None)


class Settling(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.clock, self.numbers = HandClock(), itertools.count(1)
        self.full = False
        self.given, self.ended, self.attempts = {}, {}, {}
        self._start()

    def do(self, steps):
        return self.loop.run_until_complete(asyncio.wait_for(steps, 20))

    def _start(self):
        async def steps():
            folder = Path(self.folder.name)
            self.store = Store(folder / "queue.db", self.clock)
            self.bodies = Bodies(folder / "bodies", 1 << 20)
            self.disk = Disk(self.clock)
            self.settler = Settler(self.store, self.bodies, LIMITS, self.clock, self.disk)
            return {each.seq for each in await self.store.waiting()}

        self.free, self.tasks = self.do(steps()), {}

    async def _all_wait(self):
        """Until every settlement is done or waits for the clock."""
        while sum(not task.done() for task in self.tasks.values()) > len(self.clock.parked):
            self.clock.changed.clear()
            await self.clock.changed.wait()

    async def _still(self):
        await self._all_wait()
        for seq, task in list(self.tasks.items()):
            if task.done():
                del self.tasks[seq]
                following = await task
                if isinstance(following, float):
                    self.free.add(seq)
                elif following is not None:
                    self.free.add(following.seq)

    @precondition(lambda self: not self.full)
    @rule(wants_answer=st.booleans())
    def submit(self, wants_answer):
        call_id = f"call-{next(self.numbers)}"
        callback = "http://127.0.0.1/" if wants_answer else ""
        item = Item(0, CALL, call_id, "f", "/", callback, (), Body(1, b"x"), self.clock.now())
        self.free.add(self.do(self.store.add(item)))
        self.given[call_id] = wants_answer

    @precondition(lambda self: self.free)
    @rule(data=st.data())
    def attempt(self, data):
        seq = data.draw(st.sampled_from(sorted(self.free)))
        outcome = data.draw(st.sampled_from(["done", "again", "failed"]))
        self.free.remove(seq)
        item = self.do(self.store.load(seq))
        assert item is not None
        assert item.attempts == self.attempts.get(seq, 0)
        self.tasks[seq] = self.loop.create_task(
            self.settler.settle(item, self._outcome(item, outcome), random.uniform(0.5, 1))
        )
        self.tasks[seq].add_done_callback(lambda _: self.clock.changed.set())
        if outcome == "again":
            self.attempts[seq] = item.attempts + 1
        self.do(self._still())

    def _outcome(self, item, outcome):
        if outcome == "again":
            return Again(503, "later")
        if outcome == "failed":
            return Failed(404, "no")
        if item.kind != CALL or not item.callback:
            return Done()
        answer = Body(2, b"ok")
        now = self.clock.now()
        return Done(Item(0, CALLBACK, item.call_id, "f", item.callback, "", (), answer, now))

    @rule()
    def the_disk_fills(self):
        self._set("ON")
        self.full = True

    @rule()
    def the_disk_has_room(self):
        self._set("OFF")
        self.full = False

    def _set(self, state):
        def operation(base):
            base.execute("ROLLBACK")
            base.execute(f"PRAGMA query_only = {state}")
            base.execute("BEGIN")

        self.do(self.store._journal.do(operation))

    @rule(seconds=st.sampled_from([0.1, 1.0, 40.0, 1000.0]))
    def time_passes(self, seconds):
        async def steps():
            self.clock.advance(seconds)
            await self._still()

        self.do(steps())

    @rule()
    def the_gateway_is_restarted(self):
        async def steps():
            self.disk.end()
            while self.tasks:
                self.clock.advance(1)
                await self._all_wait()
                for seq, task in list(self.tasks.items()):
                    if task.done():
                        try:
                            await task
                        except StillRefusedError:
                            assert self.full
                        del self.tasks[seq]
            await self.store.close()
            await self.bodies.close()

        self.do(steps())
        self.full = False
        self._start()
        loaded = {seq: self.do(self.store.load(seq)) for seq in self.free}
        self.attempts = {seq: item.attempts for seq, item in loaded.items()}

    @invariant()
    def nothing_runs_twice_and_nothing_is_lost(self):
        async def steps():
            return {each.seq for each in await self.store.waiting()}

        on_disk = self.do(steps())
        # What is free to run waits on disk, what is being settled is not free; there is no more.
        assert self.free <= on_disk
        assert not self.free & set(self.tasks)
        assert on_disk <= self.free | set(self.tasks)
        assert not self.tasks or self.full or self.clock.parked

    def teardown(self):
        self._set("OFF")
        self.full = False
        for _ in range(40):
            self.time_passes(100.0)
        assert not self.tasks  # a disk that has room again takes everything
        self.do(self.store.close())
        self.do(self.bodies.close())
        self.loop.close()
        self.folder.cleanup()


TestSettling = Settling.TestCase
TestSettling.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


class Settled:
    """A settler over a real store that fails as it is told to.

    Attributes:
        item: Kept, with its body.
    """

    def __init__(self, folder):
        self.clock = HandClock()
        self.store = Store(folder / "queue.db", self.clock)
        self.bodies = Bodies(folder / "bodies", 1 << 20)
        self.settler = Settler(self.store, self.bodies, LIMITS, self.clock, Disk(self.clock))

    async def keep(self, kind=CALL, callback=""):
        target = "/" if kind == CALL else "http://127.0.0.1/"
        item = Item(0, kind, "id", "f", target, callback, (), Body(1, b"x"), 0.0)
        return await self.store.load(await self.store.add(item))

    async def close(self):
        await self.store.close()
        await self.bodies.close()


@pytest.fixture
def settle(tmp_path, run):
    """`settle(steps)` runs `steps(settled)`."""

    def all_steps(steps):
        async def through():
            settled = Settled(tmp_path)
            try:
                await steps(settled)
            finally:
                await settled.close()

        run(through())

    return all_steps


def test_a_postponed_item_is_due_after_its_pause(settle):
    async def steps(settled):
        item = await settled.keep()
        due = await settled.settler.settle(item, Again(503, "later", 70.0), 1.0)
        assert due == settled.clock.time + 70
        (waiting,) = await settled.store.waiting()
        assert waiting.due == due
        kept = await settled.store.load(item.seq)
        assert (kept.attempts, kept.status, kept.reason) == (1, 503, "later")

    settle(steps)


def test_an_answer_that_cannot_be_written_as_it_is_fails_its_call_and_leaves_no_body(
    settle, tmp_path, caplog
):
    """A fault of ours: the same again would fail the same way, so it is listed at once."""

    async def steps(settled):
        item = await settled.keep(callback="http://127.0.0.1/")
        (tmp_path / "bodies" / "answer").write_bytes(b"ok")
        headers = (("X-Own", object()),)  # no JSON
        answer = Item(
            0, CALLBACK, "id", "f", item.callback, "", headers, Body(2, None, "answer"), 0
        )
        notice = await settled.settler.settle(item, Done(answer), 1.0)
        assert notice.flow == "callback 127.0.0.1"
        (failed,) = await settled.store.failed()
        assert (failed.status, failed.attempts) == (500, 0)
        assert failed.reason == "its outcome cannot be kept: TypeError"
        assert list((tmp_path / "bodies").iterdir()) == []
        told = await settled.store.load(notice.seq)
        assert dict(told.headers)["X-Function-Status"] == "500"

    settle(steps)
    assert "the outcome of call id cannot be kept" in caplog.text


def test_an_answer_that_was_lost_on_its_way_to_the_disk_is_a_failed_attempt(
    settle, tmp_path, monkeypatch
):
    async def steps(settled):
        item = await settled.keep(callback="http://127.0.0.1/")

        async def chunks():
            yield bytes(IN_DATABASE + 1)

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (IN_DATABASE, before[1]))
            body = await settled.bodies.receive_answer(chunks())  # its last byte is in memory
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

        def fail(_number):
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "fsync", fail)  # what the disk took is lost now
        answer = Item(0, CALLBACK, "id", "f", item.callback, "", (), body, 0)
        assert isinstance(await settled.settler.settle(item, Done(answer), 1.0), float)
        kept = await settled.store.load(item.seq)
        assert (kept.attempts, kept.status) == (1, 500)
        assert kept.reason.startswith("the function answered, but the disk could not keep its")
        await settled.bodies.remove(body.file)  # nothing of it is written any more
        assert list((tmp_path / "bodies").iterdir()) == []

    settle(steps)


def test_a_failure_that_could_not_be_told_is_told_the_log_and_forgotten(settle, caplog):
    async def steps(settled):
        item = await settled.keep(NOTICE)
        assert await settled.settler.settle(item, Failed(404, "127.0.0.1 answered 404"), 1) is None
        assert await settled.store.waiting() == await settled.store.failed() == []

    settle(steps)
    assert "the failure of call id could not be told: 127.0.0.1 answered 404" in caplog.text
