"""The REST door's way to the queue: /async-function/NAME[/path] and /system/queue."""

# ruff: noqa: ARG002 - a route's handler is given its request, wanted or not
# pylint: disable=unused-argument

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator

from aiohttp import StreamReader, web

from ...errors import DcfError, InvalidRequest, Unsupported
from ..calls.forwarding import Arrival, after_name, headers_up
from ..core import Gateway
from ..names import plain_name
from ..queue.call_queue import CallQueue
from ..queue.messages import failed_call, queue_page
from ..queue.page import Page
from ..queue.records import CALL, Body, Item
from ..rest.replies import accepted, json_reply
from .function import own_failure

_CALLBACK = "X-Callback-Url"
_RETRY_SECONDS = "10"
_SILENCE_SECONDS = 30.0
_log = logging.getLogger(__name__)


class AsyncDoor:
    """Takes calls that are answered later, and what is asked about them."""

    def __init__(self, gateway: Gateway, queue: CallQueue | None) -> None:
        """The door of a gateway that is running; it may have no queue."""
        self._gateway, self._running = gateway, queue

    async def submit(self, request: web.Request) -> web.Response:
        """POST /async-function/NAME[/path]: 202 as soon as the call is on disk."""
        arrival, name = Arrival.of(request), request.match_info["name"]
        try:
            name = plain_name(name)
            self._gateway.targets(name)  # an unknown function is refused now, not later
            await self._submit(request, arrival, name)
        except DcfError as fault:
            reply = own_failure(fault, name, arrival)
            if reply.status == 429:
                reply.headers["Retry-After"] = _RETRY_SECONDS
            return reply
        except (sqlite3.Error, OSError):
            _log.exception("call %s could not be queued", arrival.call_id)
            return web.Response(status=500, text="Error queuing request: the disk failed\n")
        return web.Response(status=202, headers={**arrival.made, "X-Call-Id": arrival.call_id})

    async def _submit(self, request: web.Request, arrival: Arrival, name: str) -> None:
        queue, callback = self._queue, request.headers.get(_CALLBACK, "")
        if callback:
            callback = await queue.check_callback(callback)
        headers = headers_up(request, arrival)
        headers.popall("Content-Length", None)
        call = Item(
            0, CALL, arrival.call_id, name, after_name(request.raw_path), callback,
            tuple(headers.items()), Body(), time.time(),
        )  # fmt: skip
        await queue.submit(call, _pieces(request.content), request.content_length or 0)

    async def counts(self, request: web.Request) -> web.Response:
        """GET /system/queue."""
        return json_reply(await self._queue.counts())

    async def listed(self, request: web.Request) -> web.Response:
        """GET /ui/queue."""
        queue, page = self._queue, Page.of(request.query)
        return json_reply(queue_page(await queue.listed(page), page.count))

    async def failed(self, request: web.Request) -> web.Response:
        """GET /system/queue/failed."""
        return json_reply([failed_call(each) for each in await self._queue.failed()])

    async def replay(self, request: web.Request) -> web.Response:
        """POST /system/queue/failed/CALL_ID/replay."""
        await self._queue.replay(request.match_info["call_id"])
        return accepted()

    async def drop(self, request: web.Request) -> web.Response:
        """DELETE /system/queue/failed/CALL_ID."""
        await self._queue.drop(request.match_info["call_id"])
        return accepted()

    @property
    def _queue(self) -> CallQueue:
        if self._running is None:
            raise Unsupported("this gateway was started without a queue")
        return self._running


async def _pieces(content: StreamReader) -> AsyncIterator[bytes]:
    """A body as it comes; one that stops coming would hold its place in the queue for ever."""
    while True:
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                piece = await content.readany()
        except TimeoutError as fault:
            raise InvalidRequest(f"no more of the body came for {_SILENCE_SECONDS:g} s") from fault
        if not piece:
            return
        yield piece
