"""A call of one message: what is asked, what comes back, and how failures are told."""

import re
from contextlib import asynccontextmanager

import pytest

from dcf.errors import InvalidRequest, NotReady
from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.unary_call import FunctionFailure, Question, UnaryAnswer, call_unary
from dcf.gateway.calls.upstream import Upstream
from dcf.gateway.core import Gateway
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider


@asynccontextmanager
async def upstream_to(*replicas):
    provider = FakeProvider([Target(each.address, revision=1) for each in replicas])
    await provider.deploy(FunctionSpec("f", "any"))
    upstream = Upstream(Gateway(provider), Metrics())
    try:
        yield upstream
    finally:
        await upstream.close()


def asked(question, listening, run, status=200, reply=b"answer"):
    """What comes of it, and what the replica was sent."""

    async def steps():
        async with listening() as replica, upstream_to(replica) as upstream:
            replica.answers, replica.reply = [status], reply
            return await call_unary(upstream, question), replica.came

    return run(steps())


def test_the_whole_answer_and_its_revision(listening, run):
    answer, ((request, body),) = asked(Question("f.openfaas-fn", b"q"), listening, run)
    assert answer == UnaryAnswer(b"answer", 1)
    assert (request.method, request.raw_path, body) == ("POST", "/", b"q")
    assert request.headers["Content-Type"] == "application/octet-stream"
    assert int(request.headers["X-Start-Time"]) > 10**18
    assert len(request.headers["X-Call-Id"]) == 36  # made here
    assert "Accept" not in request.headers


def test_the_model_that_answered_is_named_where_the_function_does(listening, run):
    async def steps():
        async with listening() as replica, upstream_to(replica) as upstream:
            replica.headers = {"X-Model": "coco-2 (abc)"}
            return await call_unary(upstream, Question("f", b"q"))

    assert run(steps()).model == "coco-2 (abc)"


def test_query_accept_and_call_id_are_passed_on(listening, run):
    question = Question("f", b"q", "a=%20b&c", "image/png", "mine")
    _, ((request, _),) = asked(question, listening, run)
    assert request.raw_path == "/?a=%20b&c"
    assert (request.headers["Accept"], request.headers["X-Call-Id"]) == ("image/png", "mine")


@pytest.mark.parametrize(
    ("status", "reply", "reason", "words"),
    [
        (400, b'{"error": {"code": "bad_option", "message": "no"}}', "bad_option",
         "bad_option: no"),
        (500, b'{"error": {"message": "hush"}}', "", "status 500"),
        (500, b"Traceback: hush", "", "status 500"),
        (500, b"\xff", "", "status 500"),
        (500, b'["hush"]', "", "status 500"),
        (404, b'{"error": "hush"}', "", "status 404"),
        (504, b'{"error": {"message": "hush"}}', "timeout", "Function timed out"),
        (504, b"hush", "timeout", "Function timed out"),
    ],
    ids=["own-words", "no-code", "text", "bytes", "list", "no-object", "timeout", "timed-out-text"],
)  # fmt: skip
def test_only_errors_with_a_code_of_their_own_speak_in_their_words(
    listening, run, status, reply, reason, words
):
    with pytest.raises(FunctionFailure) as raised:
        asked(Question("f", b"q"), listening, run, status, reply)
    assert (raised.value.status, raised.value.reason) == (status, reason)
    assert raised.value.message.startswith(words)
    assert "hush" not in raised.value.message


def test_a_functions_own_limit_stands_behind_the_contracts_words(listening, run):
    reply = b'{"error": {"code": "timeout", "message": "longer than 1 s (EXEC_TIMEOUT)"}}'
    with pytest.raises(FunctionFailure) as raised:
        asked(Question("f", b"q"), listening, run, 504, reply)
    assert re.fullmatch(
        r"Function timed out after \d\.\d{6}s: longer than 1 s \(EXEC_TIMEOUT\)",
        raised.value.message,
    )


@pytest.mark.parametrize("status", [204, 302, 399])
def test_what_is_no_error_is_an_answer(listening, run, status):
    answer, _ = asked(Question("f", b"q"), listening, run, status)
    assert answer.body == (b"" if status == 204 else b"answer")


def test_a_name_is_checked_and_nobody_there_is_told(run):
    async def steps():
        async with upstream_to() as upstream:
            with pytest.raises(InvalidRequest, match="valid DNS entry"):
                await call_unary(upstream, Question("No_Name", b""))
            with pytest.raises(NotReady):
                await call_unary(upstream, Question("f", b""))

    run(steps())
