"""Callers whose connections are odd: slow ones, those who leave, heads that servers read apart."""

import asyncio
import contextlib

from benchmarks.harness.address import HOST
from benchmarks.soak.calls import SECONDS, Client, Kind, give_up_after
from benchmarks.soak.ledger import ANSWERED, BUSY, LEFT, REFUSED, BrokeOff, Lost

_PAUSE = 0.1
_SMUGGLED = (
    "Content-Length: 4\r\nTransfer-Encoding: chunked",
    "Content-Length: 4\r\nContent-Length: 5",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Content-Length: +4",
    "Content-Length: 4\r\nHost: other",
)


async def _connect(client: Client) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_connection(HOST, int(client.base.rpartition(":")[2]))
    except OSError as fault:
        raise Lost(f"no connection: {fault}") from fault


def _head(function: str, fields: str) -> bytes:
    return f"POST /function/{function} HTTP/1.1\r\nHost: {HOST}\r\n{fields}\r\n\r\n".encode()


async def slow(client: Client) -> str:
    """A body that comes in drops; it is answered all the same."""
    reader, writer = await _connect(client)
    body = client.chance.randbytes(20)
    try:
        writer.write(_head("echo", f"Content-Length: {len(body)}\r\nConnection: close"))
        for start in range(len(body)):
            writer.write(body[start : start + 1])
            await writer.drain()
            await asyncio.sleep(_PAUSE)
        answer = await give_up_after(SECONDS, reader.read())
    except OSError as fault:
        raise BrokeOff(f"the connection broke: {fault}") from fault
    finally:
        writer.close()
    status = answer[9:12]
    if status == b"200" and answer.endswith(body):
        return ANSWERED
    if status == b"429":
        return BUSY
    raise (BrokeOff if status in {b"", b"502"} else Lost)(f"{answer[:200]!r}")


async def leaver(client: Client) -> str:
    """A caller who leaves in the middle of a head, of a body, or while the function works."""
    _, writer = await _connect(client)
    picture = _head("ssd", f"Content-Length: {len(client.photo)}") + client.photo
    request = client.chance.choice(
        (b"POST /func", picture[:500], picture, _head("echo", "Content-Length: 5") + b"sleep")
    )
    with contextlib.suppress(OSError):
        writer.write(request)
        await writer.drain()
        await asyncio.sleep(client.chance.choice((0, 0.01, 0.2)))
    if client.chance.random() < 0.5:
        writer.transport.abort()
    else:
        writer.close()
    return LEFT


async def smuggler(client: Client) -> str:
    """A head that two servers could read apart: refused, and the connection closed."""
    reader, writer = await _connect(client)
    try:
        fields = client.chance.choice(_SMUGGLED)
        writer.write(_head("echo", fields) + b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await give_up_after(SECONDS, reader.read())
    except OSError as fault:
        raise Lost(f"the connection broke: {fault}") from fault
    finally:
        writer.close()
    if answer[9:12] != b"400" or answer.count(b"HTTP/1.") != 1:
        raise Lost(f"{fields!r} was answered {answer[:200]!r}")
    return REFUSED


ODD = (
    Kind("slow client", "echo", 1, slow),
    Kind("caller who leaves", "", 2, leaver),
    Kind("smuggling", "", 1, smuggler),
)
