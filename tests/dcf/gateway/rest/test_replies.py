"""Failures as one line of text, whatever failed."""

import errno
import sqlite3

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from dcf.errors import (
    AlreadyExists,
    ArchiveError,
    InvalidRequest,
    NotFound,
    NotReady,
    SlowRequest,
    TooManyConnections,
    Unsupported,
)
from dcf.gateway.rest.messages import RollbackRequest, SecretNamed
from dcf.gateway.rest.replies import accepted, failed, json_reply, message_of, plain_errors


def asked(handler, run, method="POST", data=b"", limit=1000, path="/"):
    """What a handler's answer comes to: status, headers, text."""

    async def steps():
        app = web.Application(client_max_size=limit, middlewares=[plain_errors])
        app.router.add_post("/", handler)
        async with TestClient(TestServer(app)) as client:
            answer = await client.request(method, path, data=data)
            return answer.status, answer.headers, await answer.text()

    return run(steps())


def raising(fault):
    async def handler(_request):
        raise fault

    return handler


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (InvalidRequest("words"), 400), (ArchiveError("words"), 400), (NotFound("words"), 404),
        (AlreadyExists("words"), 409), (SlowRequest("words"), 408), (Unsupported("words"), 501),
        (TooManyConnections("words"), 503), (NotReady("words"), 500),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_failure_of_ours_is_its_status_and_its_words(run, fault, status):
    got, headers, text = asked(raising(fault), run)
    assert (got, text) == (status, "words\n")
    assert headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 507, "the disk is full"),
        (sqlite3.OperationalError("disk I/O error"), 500, "the change cannot be kept"),
    ],
    ids=["full", "broken"],
)
def test_a_disk_that_fails_is_told(run, fault, status, words, caplog):
    got, _, text = asked(raising(fault), run)
    assert got == status
    assert words in text.replace("gateway's ", "")
    assert caplog.messages == []


def test_a_fault_is_told_by_the_log_alone(run, caplog):
    got, _, text = asked(raising(KeyError("a secret")), run)
    assert (got, text) == (500, "the gateway failed; its log has the reason\n")
    assert "a secret" in caplog.text


@pytest.mark.parametrize(
    ("more", "status", "allow"),
    [({"path": "/nowhere"}, 404, None), ({"method": "PUT"}, 405, "POST"),
     ({"data": bytes(1001)}, 413, None)],
    ids=["path", "method", "size"],
)  # fmt: skip
def test_what_the_server_refuses_itself_is_one_line_as_well(run, more, status, allow):
    async def read(request):
        await request.read()
        return accepted()

    got, headers, text = asked(read, run, **more)
    assert (got, headers.get("Allow")) == (status, allow)
    assert text.count("\n") == 1
    assert "<" not in text


def test_answers(run):
    async def taken(_request):
        return accepted()

    async def told(_request):
        return json_reply([SecretNamed("s", "n")], 201)

    async def refused(_request):
        return failed(418, "words", {"X-Own": "1"})

    assert asked(taken, run)[::2] == (202, "")
    status, headers, text = asked(told, run)
    assert (status, text) == (201, '[{"name":"s","namespace":"n"}]')
    assert headers["Content-Type"] == "application/json"
    status, headers, text = asked(refused, run)
    assert (status, headers["X-Own"], text) == (418, "1", "words\n")


def test_a_body_is_checked(run):
    seen = []

    async def handler(request):
        seen.append(await message_of(request, RollbackRequest))
        return accepted()

    assert asked(handler, run, data=b'{"revision": 3}')[0] == 202
    assert seen == [RollbackRequest(3.0)]
    status, _, text = asked(handler, run, data=b'{"revision": "three"}')
    assert status == 400
    assert "$.revision" in text
