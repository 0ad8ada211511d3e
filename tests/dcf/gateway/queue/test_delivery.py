"""One attempt: what a function or its gateway answers, as the queue understands it."""

import errno

import pytest

from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.upstream import Upstream
from dcf.gateway.core import Gateway
from dcf.gateway.queue.bodies import IN_DATABASE, Bodies
from dcf.gateway.queue.body_file import LostBodyError
from dcf.gateway.queue.callbacks import Callbacks
from dcf.gateway.queue.delivery import Delivery, notice_of, unkept
from dcf.gateway.queue.records import CALL, CALLBACK, NOTICE, Again, Body, Done, Failed, Item
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider

LIMIT = IN_DATABASE * 2

NOBODY = "No endpoints available for: f."


def call(callback="http://a/", body=Body(4, b"body"), function="f"):  # noqa: B008 # frozen
    headers = (("X-Own", "1"), ("Connection", "close"))
    return Item(1, CALL, "id", function, "/p?q", callback, headers, body, 0.0)


@pytest.fixture
def attempt(tmp_path, listening, run):
    """`attempt(item, status=, headers=, reply=)` gives the outcome and the listener."""

    def one(item, status=200, headers=(), reply=b"answer", listeners=1):
        async def steps():
            async with listening() as function:
                function.answers, function.headers, function.reply = [status], headers, reply
                limit = 20.0 if status else 0.2
                provider = FakeProvider([Target(function.address, timeout=limit)] * listeners)
                await provider.deploy(FunctionSpec("f", "any"))
                upstream = Upstream(Gateway(provider), Metrics())
                bodies = Bodies(tmp_path / "bodies", LIMIT)
                callbacks = Callbacks(frozenset({"127.0.0.1"}))
                try:
                    if item.kind == CALLBACK:
                        item_there = Item(
                            1, CALLBACK, "id", "f", function.address, "", (), item.body, 0.0
                        )
                        return await Delivery(upstream, bodies, callbacks).attempt(
                            item_there
                        ), function
                    if status == 0:
                        function.hold.clear()
                    return await Delivery(upstream, bodies, callbacks).attempt(item), function
                finally:
                    await upstream.close()
                    await callbacks.close()
                    await bodies.close()

        return run(steps())

    return one


def test_an_answer_is_kept_for_its_callback_with_what_the_contract_says_of_it(attempt):
    headers = {"X-Theirs": "2", "Connection": "X-Hop", "X-Hop": "1"}
    outcome, function = attempt(call(), 418, headers)
    answer = outcome.answer
    assert (answer.kind, answer.target, answer.callback) == (CALLBACK, "http://a/", "")
    assert answer.body == Body(6, b"answer")
    told = dict(answer.headers)
    assert (told["X-Call-Id"], told["X-Function-Name"]) == ("id", "f")
    assert (told["X-Function-Status"], told["X-Revision"], told["X-Theirs"]) == ("418", "1", "2")
    assert not {"X-Hop", "Connection", "Content-Length"} & set(told)
    ((request, body),) = function.came
    assert (request.method, request.raw_path, body) == ("POST", "/p?q", b"body")
    assert request.headers["X-Own"] == "1"


def test_an_answer_that_nobody_asked_for_is_read_and_forgotten(attempt, tmp_path):
    outcome, _ = attempt(call(callback=""), reply=bytes(LIMIT * 2))
    assert outcome == Done()
    assert list((tmp_path / "bodies").iterdir()) == []


@pytest.mark.parametrize(
    ("status", "internal", "is_later"),
    [(429, False, True), (503, False, True), (502, False, False), (504, False, False),
     (502, True, True), (504, True, True), (500, True, False), (500, False, False)],
)  # fmt: skip
def test_what_did_not_get_through_is_tried_again(attempt, status, internal, is_later):
    headers = {"Retry-After": "7"} | ({"X-OpenFaaS-Internal": "x"} if internal else {})
    outcome, _ = attempt(call(), status, headers)
    if is_later:
        assert outcome == Again(status, f"function f answered {status}", 7.0)
    else:
        assert isinstance(outcome, Done)


@pytest.mark.parametrize(
    ("item", "changes", "outcome"),
    [
        (call(function="g"), {},
         Failed(404, "function g was deleted while the call waited")),
        (call(), {"reply": bytes(LIMIT + 1)},
         Failed(500, "the answer is too large to keep for a callback", was_tried=True)),
        (call(), {"listeners": 0}, Again(503, f"{NOBODY} Of 1 wanted replicas none is ready yet.")),
        (call(), {"status": 0},
         Again(504, "Function timed out after 0.200000s: the gateway's own limit for f")),
    ],
    ids=["deleted", "too-large", "nobody", "silent"],
)  # fmt: skip
def test_what_the_gateway_says_itself(attempt, item, changes, outcome, tmp_path):
    assert attempt(item, **changes)[0] == outcome
    assert list((tmp_path / "bodies").iterdir()) == []


@pytest.mark.parametrize("kind", [CALL, CALLBACK])
def test_a_body_that_is_gone_is_sent_to_nobody(attempt, kind):
    item = Item(1, kind, "id", "f", "http://a/", "", (), Body(9, None, "gone"), 0.0)
    outcome, function = attempt(item)
    assert outcome == Failed(500, "its body's file is missing from the queue's folder")
    assert function.came == []


def test_bodies_in_files_are_sent_from_there(attempt, tmp_path):
    (tmp_path / "bodies").mkdir()
    (tmp_path / "bodies" / "file").write_bytes(b"from a file")
    kept = Body(11, None, "file")
    for item in (call("", kept), Item(1, CALLBACK, "id", "f", "", "", (), kept, 0.0)):
        outcome, function = attempt(item)
        assert (outcome, function.bodies) == (Done(), [b"from a file"])


def test_an_answer_that_is_lost_is_an_attempt_that_failed(attempt, monkeypatch):
    async def lose(_self, _chunks):
        raise LostBodyError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Bodies, "receive_answer", lose)
    outcome, _ = attempt(call())
    assert outcome == Again(500, unkept(LostBodyError(errno.ENOSPC, "No space left on device")))
    assert outcome.reason.endswith("could not keep its answer: No space left on device")


def test_a_notice_is_for_calls_with_a_callback():
    notice = notice_of(call(), 404)
    assert (notice.kind, notice.call_id, notice.body) == (NOTICE, "id", Body())
    assert dict(notice.headers) == {
        "X-Call-Id": "id", "X-Function-Name": "f", "X-Function-Status": "404",
        "X-Duration-Seconds": "0.000000",
    }  # fmt: skip
    assert notice_of(call(callback=""), 404) is None
    assert dict(notice_of(call(), 0).headers)["X-Function-Status"] == "503"
