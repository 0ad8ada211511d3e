"""Keeps the pages that functions answer with apart from the gateway's own.

They come from the same origin, so their scripts could use the session of whoever is logged in at
/ui/. A browser gives a sandboxed page an origin of its own, which the gateway lets manage nothing.
"""

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

_CALL: web.RequestKey[bool] = web.RequestKey("call", bool)
_POLICY = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts"
# What no browser takes for a page, whatever is in it; all else may be one.
_NO_PAGES = frozenset((
    "application/json", "application/octet-stream", "application/pdf", "application/x-ndjson",
    "text/css", "text/csv", "text/event-stream", "text/javascript", "text/plain",
))  # fmt: skip
_MEDIA = re.compile(r"(audio|font|image|video)/(?!svg)[a-z0-9.-]+")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def of_function(handler: _Handler) -> _Handler:
    """The same handler of a call; its answers are looked at by type."""

    async def answer(request: web.Request) -> web.StreamResponse:
        request[_CALL] = True
        return await handler(request)

    return answer


async def keep_apart(request: web.Request, reply: web.StreamResponse) -> None:
    """Put a page into a sandbox; called before an answer's head is sent."""
    if _CALL in request and may_be_page(",".join(reply.headers.getall("Content-Type", ()))):
        reply.headers.add("Content-Security-Policy", _POLICY)


def may_be_page(media: str) -> bool:
    """Whether a browser may run a script that stands in a body of this type."""
    kind = media.partition(";")[0].strip().lower()
    return "," in media or (kind not in _NO_PAGES and not _MEDIA.fullmatch(kind))
