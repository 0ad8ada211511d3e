"""Asking a watcher how it is: whatever is on its port, the answer is a number, in time."""

import asyncio
import socket

import pytest

from dcf.providers.process.probe import status_of


def asked(answer, timeout=5.0):
    """What comes of a server that answers this: the status, and what it was sent."""
    heard = []

    async def serve(reader, writer):
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        if answer is None:
            await reader.read()  # until the other side leaves
        else:
            writer.write(answer)
        writer.close()

    async def steps():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await status_of("127.0.0.1", port, "/_/health", timeout)

    return asyncio.run(asyncio.wait_for(steps(), 30)), heard


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 200), (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", 503),
        (b"HTTP/1.1 429\r\n\r\n", 429), (b"", 0), (b"\r\n", 0), (b"SSH-2.0-x\r\n", 0),
        (b"HTTP/1.1 many\r\n", 0), (b"x" * (1 << 20), 0),
    ],
    ids=["ok", "unavailable", "bare", "nothing", "empty", "ssh", "no-number", "endless"],
)  # fmt: skip
def test_the_status_or_nothing(answer, status):
    assert asked(answer)[0] == status


def test_it_asks_one_question_and_leaves():
    _, (heard,) = asked(b"HTTP/1.1 200 OK\r\n\r\n")
    assert heard == b"GET /_/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def test_silence_ends_in_time():
    assert asked(None, timeout=0.05)[0] == 0


def test_nobody_there_is_nothing():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]  # ours, so that nobody else comes to listen there
        assert asyncio.run(status_of("127.0.0.1", port, "/")) == 0
