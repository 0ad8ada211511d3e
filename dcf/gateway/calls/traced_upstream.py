"""Calls to replicas with their spans: the call, its wait in the queue, the way to a replica."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp

from ...providers.routing import Target
from ..core import Gateway
from ..telemetry.tracing import CLIENT, CONSUMER, SERVER, Tracing
from .call import Answer, Call, QueuedCall
from .metrics import Metrics
from .upstream import Upstream


class TracedUpstream(Upstream):
    """The client side of the gateway where spans are sent."""

    def __init__(self, gateway: Gateway, metrics: Metrics) -> None:
        super().__init__(gateway, metrics)
        self._tracing = Tracing()

    @asynccontextmanager
    async def open(self, name: str, call: Call) -> AsyncIterator[Answer]:
        """Send a call and give its answer's head, as `Upstream` does."""
        self._gateway.targets(name)  # a name that is no function's has no span
        is_queued, since = isinstance(call, QueuedCall), _since(call)
        span = self._tracing.begin(
            name, call.headers, CONSUMER if is_queued else SERVER, {
                "faas.invocation_id": call.headers.get("X-Call-Id", ""),
                "http.request.method": call.method,
            }, since,
        )  # fmt: skip
        carried = replace(call, headers=span.carry(call.headers))
        if is_queued:
            self._tracing.begin("wait in the queue", carried.headers, since=since).end()
        try:
            async with super().open(name, carried) as answer:
                span.answered(answer.response.status)
                yield answer
        except BaseException as fault:
            span.failed(fault)
            raise
        finally:
            span.end()

    async def _held_until_ready(self, name: str, call: Call) -> Target:
        span = self._tracing.begin("wait for a replica", call.headers)
        try:
            return await super()._held_until_ready(name, call)
        except BaseException as fault:
            span.failed(fault)
            raise
        finally:
            span.end()

    async def _send(self, target: Target, call: Call) -> aiohttp.ClientResponse:
        span = self._tracing.begin(
            "upstream", call.headers, CLIENT,
            {"server.address": target.address, "dcf.revision": str(target.revision)},
        )  # fmt: skip
        try:
            response = await super()._send(target, replace(call, headers=span.carry(call.headers)))
            span.answered(response.status)
            return response
        except BaseException as fault:
            span.failed(fault)
            raise
        finally:
            span.end()

    async def close(self) -> None:
        """Close every connection, and send what is left of spans."""
        await super().close()
        await asyncio.to_thread(self._tracing.close)


def _since(call: Call) -> int | None:
    """When it came, in Unix nanoseconds; every door notes it."""
    text = call.headers.get("X-Start-Time", "")
    return int(text) if text.isascii() and text.isdigit() else None
