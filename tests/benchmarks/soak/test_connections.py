"""Odd callers against a real socket: what they take for an answer, a refusal and a loss."""

import asyncio
import random

import pytest

from benchmarks.soak import connections
from benchmarks.soak.calls import Client
from benchmarks.soak.connections import leaver, slow, smuggler
from benchmarks.soak.ledger import ANSWERED, BUSY, LEFT, REFUSED, BrokeOff, Lost


def called(call, answer):
    """What a call comes to where the server gives `answer`, made from the body, and closes."""

    async def serve(reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().rpartition(b"content-length: ")[2].split(b"\r\n")[0]
            body = await reader.readexactly(int(length)) if length.isdigit() else b""
            writer.write(answer(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            photo = b"photo" * 200
            return await call(Client(None, None, base, random.Random(1), photo, None, None, None))

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(connections, "_PAUSE", 0)


def status(line, body=b""):
    return b"HTTP/1.1 " + line + b"\r\n\r\n" + body


def test_a_slow_body_is_answered_with_itself():
    assert called(slow, lambda body: status(b"200 OK", body)) == ANSWERED
    assert called(slow, lambda body: status(b"429 Busy")) == BUSY


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(b"", BrokeOff), (status(b"502 Bad"), BrokeOff), (status(b"200 OK", b"other"), Lost)],
    ids=["nothing", "502", "another body"],
)
def test_a_slow_body_without_its_answer_is_lost(answer, kind):
    with pytest.raises(Lost) as lost:
        called(slow, lambda body: answer)
    assert type(lost.value) is kind


def test_who_leaves_expects_nothing():
    assert called(leaver, lambda body: status(b"200 OK", body)) == LEFT


def test_a_head_that_can_be_read_apart_must_be_refused_once():
    assert called(smuggler, lambda body: status(b"400 Bad Request")) == REFUSED
    for answer in (status(b"200 OK"), status(b"400 Bad Request") * 2):
        with pytest.raises(Lost, match="was answered"):
            called(smuggler, lambda body, answer=answer: answer)
