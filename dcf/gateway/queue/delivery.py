"""One attempt to deliver one item: a call to its function, or an answer to its callback."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientResponse
from multidict import CIMultiDict

from ...errors import DcfError, NotFound
from ..calls.call import QueuedCall
from ..calls.forwarding import drop_hop_by_hop
from ..calls.upstream import OWN_STATUSES, Upstream
from .bodies import Bodies, BodyTooLarge
from .body_file import LostBodyError
from .callbacks import Callbacks
from .records import (
    CALL,
    CALLBACK,
    NOTICE,
    Again,
    Body,
    Done,
    Failed,
    Item,
    Kind,
)
from .retry_after import seconds_of

_INTERNAL = "X-OpenFaaS-Internal"
_UNREACHABLE = 503


class Delivery:
    """Makes attempts and says how they went; keeps nothing but a large answer's file."""

    def __init__(self, upstream: Upstream, bodies: Bodies, callbacks: Callbacks) -> None:
        self._upstream, self._bodies, self._callbacks = upstream, bodies, callbacks

    async def attempt(self, item: Item) -> Done | Again | Failed:
        """Deliver an item once."""
        if gone := await self._bodies.fault(item.body):
            return Failed(500, gone)
        body = self._bodies.path(item.body) if item.body.file else item.body.data or b""
        if item.kind == CALL:
            return await self._outcome(item, body)
        return await self._callbacks.post(item, body)

    async def _outcome(self, item: Item, body: Path | bytes) -> Done | Again | Failed:
        try:
            return await self._call(item, body)
        except NotFound:
            return Failed(404, f"function {item.function} was deleted while the call waited")
        except BodyTooLarge:
            words = "the answer is too large to keep for a callback"
            return Failed(500, words, was_tried=True)
        except LostBodyError as fault:
            return Again(500, unkept(fault))
        except DcfError as fault:
            return Again(OWN_STATUSES.get(fault.code, 500), fault.message)

    async def _call(self, item: Item, body: Path | bytes) -> Done | Again:
        headers = CIMultiDict(item.headers)
        headers["Content-Length"] = str(item.body.size)
        began = time.perf_counter()
        call = QueuedCall("POST", item.target, headers, body or None)
        async with self._upstream.open(item.function, call) as answered:
            answer = answered.response
            if _says_later(answer):
                reason = f"function {item.function} answered {answer.status}"
                return Again(answer.status, reason, seconds_of(answer.headers))
            if not item.callback:
                async for _ in answer.content.iter_any():
                    pass
                return Done()
            kept = await self._bodies.receive_answer(_chunks(answer))
            seconds = time.perf_counter() - began
            headers = answer.headers.copy()
            headers["X-Revision"] = str(answered.revision)
            return Done(_callback(CALLBACK, item, headers, kept, (answer.status, seconds)))


def unkept(fault: LostBodyError) -> str:
    """The reason where an answer came and was lost."""
    return f"the function answered, but the disk could not keep its answer: {fault.strerror}"


def notice_of(item: Item, status: int) -> Item | None:
    """What tells a caller that a call failed: no body, and the status of its last attempt."""
    if item.kind != CALL or not item.callback:
        return None
    return _callback(NOTICE, item, CIMultiDict(), Body(), (status or _UNREACHABLE, 0.0))


def _says_later(answer: ClientResponse) -> bool:
    """Whether the call did not get through; a function's own 500 is an answer like any other."""
    return answer.status in {429, 503} or (
        answer.status in {502, 504} and _INTERNAL in answer.headers
    )


def _callback(
    kind: Kind, item: Item, headers: CIMultiDict[str], body: Body, result: tuple[int, float]
) -> Item:
    drop_hop_by_hop(headers)
    for name in ("Content-Length", "Host", "Expect"):
        headers.popall(name, None)
    headers["X-Call-Id"] = item.call_id
    headers["X-Function-Name"] = item.function
    headers["X-Function-Status"] = str(result[0])
    headers["X-Duration-Seconds"] = f"{result[1]:f}"
    pairs = tuple(headers.items())
    return Item(0, kind, item.call_id, item.function, item.callback, "", pairs, body, time.time())


async def _chunks(answer: ClientResponse) -> AsyncIterator[bytes]:
    async for chunk in answer.content.iter_any():
        yield chunk
