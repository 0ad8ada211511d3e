"""Copies of calls: sent later, few at once, and nobody waits for them or fails by them."""

import asyncio

import pytest
from multidict import CIMultiDict

from dcf.errors import UpstreamFailed, UpstreamTimeout
from dcf.gateway.calls.call import Call
from dcf.gateway.judging.comparison import Kept
from dcf.gateway.judging.copier import Copied, Copier
from dcf.providers.routing import Target
from tests.waiting import turns, until_async

TARGET = Target("http://127.0.0.1:9", 2)
ANSWER = Kept(200, b"same")


class Copies:
    """A copier whose replica answers when the gate is open.

    Attributes:
        sent: `(target, call)` of every copy.
        heard: What became of them.
    """

    def __init__(self, answer=ANSWER):
        self.sent, self.heard = [], []
        self.gate, self.answer = asyncio.Event(), answer
        self.copier = Copier(self.send, self.heard.append)

    async def send(self, target, call):
        self.sent.append((target, call))
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def copy(self, body=b"x", answer=ANSWER, choose=lambda: TARGET):
        self.copier.copy(Call("POST", "/", CIMultiDict({"A": "1"}), body), answer, choose)


def run(steps):
    asyncio.run(asyncio.wait_for(steps(), 20))


@pytest.mark.parametrize(
    ("answer", "status", "agrees"),
    [
        (ANSWER, 200, True),
        (Kept(200, b"other"), 200, False),
        (Kept(500, b"same"), 500, False),
        (UpstreamFailed("gone"), 502, False),
        (UpstreamTimeout("slow"), 504, False),
    ],
)
def test_a_copy_is_sent_and_compared(answer, status, agrees):
    async def steps():
        copies = Copies(answer)
        copies.gate.set()
        copies.copy()
        (heard,) = await until_async(lambda: copies.heard)
        assert isinstance(heard, Copied)
        assert (heard.status, heard.agrees) == (status, agrees)
        assert heard.seconds >= 0
        ((target, call),) = copies.sent
        assert (target, call.body, dict(call.headers)) == (TARGET, b"x", {"A": "1", "X-Copy": "1"})

    run(steps)


def test_two_run_at_once_eight_wait_and_the_others_are_dropped():
    async def steps():
        copies = Copies()
        for _ in range(15):
            copies.copy()
        assert copies.heard == [None] * 5
        await turns()
        assert len(copies.sent) == 2
        copies.gate.set()
        await until_async(lambda: len(copies.heard) == 15)
        assert len(copies.sent) == 10
        copies.copy()  # there is room again
        await until_async(lambda: len(copies.heard) == 16)
        assert copies.heard.count(None) == 5

    run(steps)


def test_bodies_and_answers_that_wait_are_bounded_in_bytes():
    async def steps():
        copies = Copies()
        half = b"x" * (4 << 20)
        copies.copy(half)
        copies.copy(b"", Kept(200, half))
        copies.copy(b"")  # four bytes too many: those of its answer
        assert copies.heard == [None]
        copies.gate.set()
        await until_async(lambda: len(copies.heard) == 3)
        copies.copy(half)
        await until_async(lambda: len(copies.heard) == 4)
        assert copies.heard.count(None) == 1

    run(steps)


def test_where_the_other_revision_has_nobody_a_copy_is_dropped():
    async def steps():
        copies = Copies()
        copies.copy(choose=lambda: None)
        assert await until_async(lambda: copies.heard) == [None]
        assert copies.sent == []

    run(steps)


def test_closed_it_gives_up_what_is_under_way_and_sends_nothing_more():
    async def steps():
        copies = Copies()
        copies.copy()
        await turns()
        await copies.copier.close()
        copies.gate.set()
        copies.copy()
        await turns()
        assert (len(copies.sent), copies.heard) == (1, [])

    run(steps)
