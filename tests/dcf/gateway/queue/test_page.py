"""A page of what the queue holds: what a query asks for, of all that waits, runs and failed."""

import pytest

from dcf.errors import InvalidRequest
from dcf.gateway.queue.page import LAST, Page


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ({}, Page(None, LAST, 50)),
        ({"state": "failed"}, Page("failed", LAST, 50)),
        ({"before": "17", "count": "200", "state": "running"}, Page("running", 17, 200)),
        ({"before": str(LAST)}, Page(None, LAST, 50)),
    ],
)
def test_it_is_asked_for_in_a_query(query, page):
    assert Page.of(query) == page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"state": ""}, "state must be one of waiting, running, failed, got ''"),
        ({"state": "done"}, "got 'done'"),
        ({"before": "0"}, "before must be a number from 1 to 9223372036854775807, got '0'"),
        ({"before": str(LAST + 1)}, "before must be"),
        ({"before": "9" * 5000}, "before must be"),
        ({"before": "-1"}, "before must be"),
        ({"before": "\u0661"}, "before must be"),
        ({"count": "201"}, "count must be a number from 1 to 200, got '201'"),
        ({"count": "x"}, "count must be"),
        ({"count": ""}, "count must be"),
    ],
)
def test_what_is_wrong_is_said(query, words):
    with pytest.raises(InvalidRequest) as fault:
        Page.of(query)
    assert words in fault.value.message


def ids(page):
    return [each["call_id"] for each in page["calls"]]


def test_what_waits_runs_and_failed_is_listed_newest_first_in_pages(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function, attempts=1) as gateway:
            function.answers = [503]
            await gateway.submit(b"first", path="/p?q", X_Call_Id="failed", X_Secret="word")
            await gateway.until(failed=1, waiting=0, running=0)
            function.hold.clear()
            for name in ("running", "waits", "waits-too"):
                await gateway.submit(name.encode(), X_Call_Id=name)
            await function.called(2)
            every = await gateway.get("/ui/queue")
            assert ids(every) == ["waits-too", "waits", "running", "failed"]
            assert every["next"] is None
            told = [each["state"] for each in every["calls"]]
            assert told == ["waiting", "waiting", "running", "failed"]
            for state in ("waiting", "running", "failed"):
                page = await gateway.get(f"/ui/queue?state={state}")
                assert page["calls"] == [x for x in every["calls"] if x["state"] == state]
            first = await gateway.get("/ui/queue?count=3")
            then = await gateway.get(f"/ui/queue?count=3&before={first['next']}")
            assert first["calls"] + then["calls"] == every["calls"]
            assert then["next"] is None
            page = await gateway.get("/ui/queue?state=waiting&count=1")
            assert ids(page) == ["waits-too"]
            page = await gateway.get(f"/ui/queue?state=waiting&count=1&before={page['next']}")
            assert ids(page) == ["waits"]
            entry = every["calls"][3]
            assert entry.pop("queued_at").endswith("Z")
            assert entry == {
                "seq": 1, "kind": "call", "state": "failed", "call_id": "failed", "function": "f",
                "path": "/p?q", "callback": "", "attempts": 1, "status": 503, "size": 5,
                "reason": "function f answered 503",
            }  # fmt: skip
            function.hold.set()

    run(steps())


def test_a_callback_that_could_not_be_posted_is_among_them(queued, listening, run):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function, attempts=1) as gateway,
        ):
            target.answers = [500]
            await gateway.submit(b"x", X_Callback_Url=f"{target.address}/done")
            await gateway.until(failed=1, waiting=0, running=0)
            (entry,) = (await gateway.get("/ui/queue"))["calls"]
            assert (entry["kind"], entry["state"], entry["path"]) == ("callback", "failed", "")
            assert entry["callback"] == f"{target.address}/done"

    run(steps())


def test_a_replayed_call_is_listed_as_one_that_waits_or_runs(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function, attempts=1) as gateway:
            function.answers = [503]
            await gateway.submit(b"x", X_Call_Id="one")
            await gateway.until(failed=1)
            function.hold.clear()
            url = f"{gateway.server.rest}/system/queue/failed/one/replay"
            async with gateway.session.post(url) as answer:
                assert answer.status == 202
            await function.called(2)
            (entry,) = (await gateway.get("/ui/queue?state=running"))["calls"]
            assert (entry["call_id"], entry["attempts"], entry["status"]) == ("one", 0, 0)
            assert (await gateway.get("/ui/queue?state=failed"))["calls"] == []
            function.hold.set()

    run(steps())
