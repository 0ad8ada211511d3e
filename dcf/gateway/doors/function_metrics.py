"""The REST door's way to what a function's replicas count, which have ports of their own for it."""

import asyncio
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from ...errors import InvalidRequest, Unsupported
from ...providers.routing import Target
from ..core import Gateway
from ..names import plain_name
from ..rest.messages import MOST_REVISIONS
from ..telemetry.exposition import MEDIA
from ..telemetry.replica_pages import ReplicaPage, joined

MAX_PAGE = 1 << 20
_SECONDS = 5.0
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


class FunctionMetricsDoor:
    """Asks replicas for their pages, and makes one of them."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def page(self, request: web.Request) -> web.Response:
        """GET /system/function/NAME/metrics."""
        name = plain_name(request.match_info["name"])
        targets, wanted = self._gateway.targets(name), request.query.get("revision", "")
        if wanted:
            if _NUMBER.fullmatch(wanted) is None or int(wanted) > MOST_REVISIONS:
                raise InvalidRequest(
                    f"revision must be a number from 1 to {MOST_REVISIONS}, got {wanted[:20]!r}"
                )
            targets = [each for each in targets if each.revision == int(wanted)]
        if targets and not any(each.metrics for each in targets):
            raise Unsupported(
                f"provider {self._gateway.kind} does not know where replicas tell their metrics: "
                "ask its platform for them"
            )
        text = await asyncio.to_thread(joined, await _pages(targets))
        return web.Response(body=text.encode(), headers={"Content-Type": MEDIA})


async def _pages(targets: Sequence[Target]) -> list[ReplicaPage]:
    """The pages of those that answer; one that ends meanwhile has none any more."""
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    ) as session:
        found = await asyncio.gather(*(_page(session, each) for each in targets if each.metrics))
    return [each for each in found if each is not None]


async def _page(session: aiohttp.ClientSession, target: Target) -> ReplicaPage | None:
    try:
        async with session.get(target.metrics, allow_redirects=False) as reply:
            if reply.status != 200:
                return None
            read = bytearray()
            async for piece in reply.content.iter_any():
                read += piece
                if len(read) > MAX_PAGE:  # a function's own series may be what makes it so long
                    return None
    except (aiohttp.ClientError, TimeoutError):
        return None
    text = read.decode("utf-8", "replace")
    return ReplicaPage(urlsplit(target.address).netloc, target.revision, text)
