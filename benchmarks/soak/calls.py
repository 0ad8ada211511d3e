"""The calls: every kind that should be answered, and every kind that should be refused.

Each is one coroutine, which gives its outcome or raises ``Lost``; the tables at the end say how
often each is chosen.
"""

import asyncio
import base64
import json
import random
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import grpc

from benchmarks.bodies.hostile import Attack
from benchmarks.soak.callbacks import CallbackTarget
from benchmarks.soak.ledger import ANSWERED, BUSY, REFUSED, BrokeOff, Lost

SECONDS = 60.0
_BOUNDARY = "soak"


@dataclass
class Client:
    """What a call needs.

    Attributes:
        session: For HTTP.
        channel: For gRPC.
        base: The gateway's REST address.
        chance: Where choices come from.
        photo: A JPEG.
        expected: What the detector says of it, as JSON.
        attacks: Endless broken bodies.
        callbacks: Takes answers of calls for later.
    """

    session: aiohttp.ClientSession
    channel: grpc.aio.Channel
    base: str
    chance: random.Random
    photo: bytes
    expected: object
    attacks: Iterator[Attack]
    callbacks: CallbackTarget


Make = Callable[[Client], Awaitable[str]]


@dataclass(frozen=True)
class Kind:
    """A kind of calls.

    Attributes:
        name: In the table.
        function: That it is made to.
        weight: How often it is chosen, beside the others'.
        call: Makes one.
    """

    name: str
    function: str
    weight: int
    call: Make


async def _post(
    client: Client, path: str, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, bytes, str]:
    """Status, body and error code of an answer."""
    kind = {"Content-Type": "application/octet-stream"}
    try:
        async with client.session.post(
            client.base + path, data=body, headers=kind | (headers or {})
        ) as response:
            said = response.headers.get("X-Error-Code", "")
            return response.status, await response.read(), said
    except aiohttp.ClientError as fault:
        raise BrokeOff(f"{type(fault).__name__}: {fault}") from fault
    except TimeoutError as fault:
        raise Lost(f"no answer within {SECONDS:g} s") from fault


def _unexpected(status: int, body: bytes, code: str) -> Lost:
    words = f"{status} {code} {body[:120]!r}"
    return BrokeOff(words) if status == 502 else Lost(words)


async def _detect(
    client: Client, body: bytes, headers: dict[str, str] | None = None, count: int = 0
) -> str:
    """A call of the detector; its answer must be what it was the first time.

    Args:
        client: Makes it.
        body: The picture, in whatever envelope.
        headers: Beside the usual ones.
        count: Of pictures in a batch; 0 for one that is none.
    """
    status, answer, code = await _post(client, "/function/ssd", body, headers)
    if status == 429:
        return BUSY
    if status != 200:
        raise _unexpected(status, answer, code)
    if json.loads(answer) != ([client.expected] * count if count else client.expected):
        raise Lost(f"another answer than before: {answer[:120]!r}")
    return ANSWERED


async def first_answer(client: Client) -> object:
    """What the detector says of the picture; every later answer is compared with it."""
    status, answer, code = await _post(client, "/function/ssd", client.photo)
    if status != 200:
        raise _unexpected(status, answer, code)
    return json.loads(answer)


async def jpeg(client: Client) -> str:
    """A picture as it is."""
    return await _detect(client, client.photo, {"Content-Type": "image/jpeg"})


async def encoded(client: Client) -> str:
    """A picture as base64, in lines or not."""
    encode = client.chance.choice((base64.b64encode, base64.encodebytes))
    return await _detect(client, encode(client.photo))


async def batch(client: Client) -> str:
    """Several in JSON."""
    text, count = base64.b64encode(client.photo).decode(), client.chance.choice((1, 2, 4))
    return await _detect(client, json.dumps({"images": [text] * count}).encode(), None, count)


async def multipart(client: Client) -> str:
    """A form with a file."""
    head = 'Content-Disposition: form-data; name="image"; filename="a.jpg"'
    body = f"--{_BOUNDARY}\r\n{head}\r\n\r\n".encode() + client.photo
    body += f"\r\n--{_BOUNDARY}--\r\n".encode()
    return await _detect(
        client, body, {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    )


async def urlencoded(client: Client) -> str:
    """A form with a field."""
    body = b"image=" + quote(base64.b64encode(client.photo)).encode()
    return await _detect(client, body, {"Content-Type": "application/x-www-form-urlencoded"})


async def echo(client: Client) -> str:
    """Bytes of any size that come back."""
    body = client.chance.randbytes(client.chance.choice((0, 1, 1000, 100_000, 3_000_000)))
    status, answer, code = await _post(client, "/function/echo", body)
    if status == 429:
        return BUSY
    if status != 200 or answer != body:
        raise _unexpected(status, answer, code)
    return ANSWERED


async def in_time(client: Client) -> str:
    """A call whose caller gives it less time than it takes: a 504 is its answer."""
    status, answer, code = await _post(client, "/function/echo", b"sleep", {"X-Timeout": "50ms"})
    if status == 429:
        return BUSY
    if status != 504 or b'"timeout"' not in answer:
        raise _unexpected(status, answer, code)
    return ANSWERED


async def later(client: Client) -> str:
    """A call for later: every 202 must have its callback."""
    call, body = uuid.UUID(int=client.chance.getrandbits(128)).hex, client.chance.randbytes(500)
    client.callbacks.due[call] = body
    headers = {"X-Callback-Url": f"{client.callbacks.address}/{call}"}
    try:
        status, answer, code = await _post(client, "/async-function/echo", body, headers)
    except Lost:
        del client.callbacks.due[call]
        raise
    if status == 202:
        return ANSWERED
    del client.callbacks.due[call]
    if status == 429:
        return BUSY
    raise _unexpected(status, answer, code)


async def broken(client: Client) -> str:
    """A body that is none, or a picture all the same; never a 5xx."""
    attack = next(client.attacks)
    query = attack.query.replace("%ff=%fe", "x=y")
    headers = {"Content-Type": attack.content_type}
    status, answer, code = await _post(client, f"/function/ssd{query}", attack.body, headers)
    if status >= 500:
        raise _unexpected(status, answer, code)
    return {200: ANSWERED, 429: BUSY}.get(status, REFUSED)


async def unknown(client: Client) -> str:
    """A function that is not there."""
    status, answer, code = await _post(client, "/function/nobody", b"x")
    if status != 404:
        raise _unexpected(status, answer, code)
    return REFUSED


async def give_up_after(seconds: float, work: Awaitable[Any]) -> Any:  # noqa: ANN401 # whatever it gives
    """What work gives; ``Lost`` when it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as fault:
        raise Lost(f"nothing within {seconds:g} s") from fault


PLAIN = (
    Kind("JPEG", "ssd", 8, jpeg),
    Kind("base64", "ssd", 4, encoded),
    Kind("JSON batch", "ssd", 2, batch),
    Kind("multipart form", "ssd", 2, multipart),
    Kind("urlencoded form", "ssd", 2, urlencoded),
    Kind("echo", "echo", 8, echo),
    Kind("X-Timeout", "echo", 1, in_time),
    Kind("call for later", "echo", 4, later),
    Kind("broken body", "ssd", 6, broken),
    Kind("no such function", "", 1, unknown),
)
