"""What is noted of each call while a candidate is judged, and which calls are copied."""

import asyncio
from types import SimpleNamespace

import pytest
from multidict import CIMultiDict

from dcf.gateway.calls.call import Answer, Call
from dcf.gateway.judging.candidate import Candidate
from dcf.gateway.judging.comparison import Kept
from dcf.providers.notices import CandidateReady
from dcf.providers.routing import Target
from dcf.providers.terms import Terms
from tests.waiting import turns, until_async

CANARY = Terms("canary", 0.25, agreement=0.9)
SHADOW = Terms("shadow", 0.25)


class Replicas:
    """The replicas as a candidate sees them; whoever gets a copy answers the same."""

    def __init__(self):
        self.sent, self.answer = [], Kept(200, b"same")

    def but(self, revision):
        return Target("http://127.0.0.1:1", 1) if revision == 2 else None

    def shadow(self):
        return Target("http://127.0.0.1:2", 2)

    async def send(self, target, call):
        self.sent.append((target.revision, call))
        return self.answer


class Judged:
    """A candidate of revision 2 beside 1."""

    def __init__(self, terms):
        self.replicas, self.counted = Replicas(), []
        told = CandidateReady("f", 2, 1, terms)
        self.candidate = Candidate(told, self.replicas, self.counted.append)

    async def call(self, revision=2, *, method="POST", body=b"x", length=4, status=200):
        """A caller's call and its answer, as the way to replicas tells of both."""

        async def read():
            return b"same"

        call = Call(method, "/", CIMultiDict(), body)
        response = SimpleNamespace(status=status, content_length=length, read=read)
        kept = await self.candidate.keep(call, Answer(response, revision))
        self.candidate.answered(call, revision, status, 0.01, kept)
        return kept


def run(steps):
    asyncio.run(asyncio.wait_for(steps(), 20))


def test_every_answer_of_a_canary_is_compared_with_the_serving_revisions():
    async def steps():
        judged = Judged(CANARY)
        assert await judged.call(1) is None
        assert await judged.call(2) == Kept(200, b"same")
        await until_async(lambda: judged.counted)
        assert (judged.counted, judged.replicas.sent[0][0]) == (["agreed"], 1)
        assert "1 of 1 compared answers agree" in judged.candidate.line
        assert judged.candidate.judge.candidate.calls == 1  # a copy is no call of the canary's

    run(steps)


def test_without_agreement_wanted_a_canary_copies_nothing():
    async def steps():
        judged = Judged(Terms("canary", 0.25))
        assert await judged.call(2) is None
        await turns()
        assert judged.replicas.sent == []

    run(steps)


def test_of_a_shadows_share_copies_are_sent_evenly_and_they_are_its_calls():
    async def steps():
        judged = Judged(SHADOW)
        kept = [await judged.call(1) is not None for _ in range(12)]
        assert kept == [False, False, False, True] * 3
        await until_async(lambda: len(judged.counted) == 3)
        assert {revision for revision, _ in judged.replicas.sent} == {2}
        judge = judged.candidate.judge
        assert (judge.candidate.calls, judge.serving.calls) == (3, 12)

    run(steps)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"length": None}, id="an answer of unknown length"),
        pytest.param({"length": (1 << 18) + 1}, id="a long answer"),
        pytest.param({"body": b"x" * ((1 << 20) + 1)}, id="a large body"),
        pytest.param({"body": asyncio.StreamReader}, id="a body that was streamed"),
        pytest.param({"method": "HEAD"}, id="no body"),
    ],
)
@pytest.mark.parametrize("terms", [CANARY, Terms("shadow", 1.0)], ids=["canary", "shadow"])
def test_what_cannot_be_kept_is_not_copied(terms, asked):
    async def steps():
        judged = Judged(terms)
        assert await judged.call(**asked) is None
        await turns()
        assert judged.replicas.sent == []

    run(steps)


def test_when_a_copy_of_a_canarys_call_fails_it_is_the_serving_revision_that_failed():
    async def steps():
        for terms, results, errors in (
            (CANARY, ["failed"], 0),
            (Terms("shadow", 1), ["differed"], 1),
        ):
            judged = Judged(terms)
            judged.replicas.answer = Kept(500, b"")
            await judged.call(2 if terms is CANARY else 1)
            await until_async(lambda judged=judged: judged.counted)
            assert judged.counted == results
            assert judged.candidate.judge.candidate.errors == errors

    run(steps)


@pytest.mark.parametrize("terms", [CANARY, Terms("shadow", 1.0)], ids=["canary", "shadow"])
def test_a_function_that_is_full_says_nothing_of_its_answers(terms):
    async def steps():
        judged = Judged(terms)
        assert await judged.call(1 if terms is not CANARY else 2, status=429) is None
        judged.replicas.answer = Kept(429, b"")
        await judged.call(1 if terms is not CANARY else 2)
        await until_async(lambda: judged.counted)
        assert judged.counted == ["dropped"]
        assert "compared" not in judged.candidate.line
        assert judged.candidate.judge.candidate.errors == 0

    run(steps)


def test_it_is_due_when_there_is_something_to_decide_by():
    async def steps():
        judged = Judged(Terms("canary", 0.25))
        for _ in range(9):
            await judged.call(2)
        assert not judged.candidate.due.is_set()
        await judged.call(2)
        assert judged.candidate.due.is_set()
        judged = Judged(Terms("canary", 0.25))
        for _ in range(3):
            judged.candidate.died(2)
        assert judged.candidate.due.is_set()

    run(steps)


def test_its_line_says_what_it_is_and_how_it_is_doing():
    async def steps():
        judged = Judged(SHADOW)
        await judged.call(1)
        assert judged.candidate.line == (
            "shadow with 0.25 of the calls: 0 calls, 0 errors of 200 wanted; "
            "serving: 1 calls, 0 errors, median 10 ms"
        )

    run(steps)
