"""One turn of one item: whatever goes wrong in it, the item is settled once, or kept."""

import sqlite3

import pytest

from dcf.gateway.queue.bodies import Bodies
from dcf.gateway.queue.clock import RunClock
from dcf.gateway.queue.courier import Courier
from dcf.gateway.queue.disk import StillRefusedError
from dcf.gateway.queue.records import CALL, CALLBACK, Again, Body, Done, Failed, Item
from dcf.gateway.queue.settings import Limits
from dcf.gateway.queue.store import Store

LIMITS = Limits(attempts=3, age_seconds=60, retry_seconds=2)
ANSWER = Item(0, CALLBACK, "id", "f", "http://a/", "", (), Body(2, b"ok"), 0.0)


class Turn:
    """A courier over a real store; deliveries come to what the test says.

    Attributes:
        came: The items that were attempted.
        outcome: What an attempt comes to, or the error that it raises.
    """

    def __init__(self, folder):
        self.time, self.came, self.outcome = 1000.0, [], Done()
        clock = RunClock(lambda: 1000.0, lambda: self.time)
        self.store = Store(folder / "queue.db", clock)
        self.bodies = Bodies(folder / "bodies", 1 << 20)
        self.courier = Courier(self.store, self.bodies, self, LIMITS, clock)

    async def attempt(self, item):
        self.came.append(item)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def keep(self, **changes):
        fields = {"attempts": 0, "status": 0, "reason": ""} | changes
        item = Item(0, CALL, "id", "f", "/", "", (), Body(1, b"x"), 0.0, **fields)
        await self.store.add(item)
        return (await self.store.waiting())[-1]


@pytest.fixture
def turn(tmp_path, run):
    """`turn(steps)` runs `steps(turn)`."""

    def all_steps(steps):
        async def through():
            made = Turn(tmp_path)
            try:
                await steps(made)
            finally:
                await made.store.close()
                await made.bodies.close()

        run(through())

    return all_steps


def test_what_is_delivered_is_gone_or_followed_by_its_answer(turn):
    async def steps(made):
        assert await made.courier.deliver(await made.keep()) is None
        made.outcome = Done(ANSWER)
        following = await made.courier.deliver(await made.keep())
        assert (following.flow, following.size) == ("callback a", 2)
        assert await made.store.waiting() == [following]
        assert [each.body.data for each in made.came] == [b"x", b"x"]

    turn(steps)


def test_what_is_to_be_tried_again_says_when(turn):
    async def steps(made):
        made.outcome = Again(503, "later")
        due = await made.courier.deliver(await made.keep())
        assert 1001 <= due <= 1002  # a pause of two seconds, of which half is chance
        (waiting,) = await made.store.waiting()
        assert waiting.due == due

    turn(steps)


@pytest.mark.parametrize(
    ("reason", "status", "told"),
    [("", 0, "none"), ("f answered 503", 503, "f answered 503")],
    ids=["never-tried", "tried"],
)
def test_one_that_is_too_old_fails_without_an_attempt(turn, reason, status, told):
    async def steps(made):
        waiting = await made.keep(reason=reason, status=status)
        made.time += 61
        assert await made.courier.deliver(waiting) is None
        (failed,) = await made.store.failed()
        assert failed.reason == f"it waited longer than 60 s; the last attempt: {told}"
        assert (failed.status, made.came) == (status, [])

    turn(steps)


def test_one_that_is_just_old_enough_still_has_its_turn(turn):
    async def steps(made):
        waiting = await made.keep()
        made.time += 60
        await made.courier.deliver(waiting)
        assert len(made.came) == 1

    turn(steps)


def test_a_fault_of_ours_is_an_attempt_that_failed_and_in_the_log(turn, caplog):
    async def steps(made):
        made.outcome = KeyError("a fault")
        waiting = await made.keep()
        assert isinstance(await made.courier.deliver(waiting), float)
        item = await made.store.load(waiting.seq)
        assert (item.attempts, item.status) == (1, 500)
        assert item.reason == "the gateway failed; its log has the reason"

    turn(steps)
    assert "delivery of call id failed" in caplog.text


def test_one_that_is_gone_has_no_turn_and_a_damaged_one_fails_once(turn):
    async def steps(made):
        waiting = await made.keep()
        await made.store.finish(waiting.seq, None)
        assert await made.courier.deliver(waiting) is None
        waiting = await made.keep()
        change = "UPDATE items SET headers = '{'"
        await made.store._journal.do(lambda base: base.execute(change))
        assert await made.courier.deliver(waiting) is None
        (failed,) = await made.store.failed()
        assert (failed.status, failed.attempts) == (500, 0)
        assert failed.reason == "its headers on the queue's disk are damaged"
        assert made.came == []

    turn(steps)


def test_a_disk_that_refuses_until_the_end_is_told_of(turn, monkeypatch):
    async def steps(made):
        waiting = await made.keep()

        async def refuse(*_arguments):
            made.time += 10  # of the few seconds that there are
            raise sqlite3.OperationalError("database or disk is full")

        made.outcome = Failed(404, "no")
        with monkeypatch.context() as full:
            full.setattr(made.store, "fail", refuse)
            made.courier.end()
            with pytest.raises(StillRefusedError, match="full"):
                await made.courier.deliver(waiting)
        assert await made.store.load(waiting.seq) is not None

    turn(steps)
