"""Which web pages may read what functions answer: off, unless origins are named.

The gateway answers a browser's question (preflight) itself, so that no function runs for it, and
says the same on every answer, its own failures among them.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping

from aiohttp import web

from ...errors import CannotStart
from ...rooms import values

ALLOW_ORIGINS = "DCF_ALLOW_ORIGINS"
_SETTING = "CORS_ORIGINS"  # the watcher's, which is read alike
_ANY = "*"
_ASKED: web.RequestKey[str] = web.RequestKey("origin", str)
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SHOWN = (
    "X-Call-Id, X-Duration-Seconds, X-Revision, X-Error-Code, X-Start-Time, X-Served-By, "
    "Server-Timing, Retry-After"
)
_SECONDS = "600"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_MOST = 64
_PREFIX = "access-control-"
# Where an answer is posted is for who calls to say, never for a page.
_NEVER = frozenset({"x-callback-url"})
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Cors:
    """The origins that may, and the headers that say so.

    Attributes:
        origins: As browsers write them, or `*` alone.
    """

    def __init__(self, origins: Iterable[str]) -> None:
        """Takes origins as browsers write them, or `*` alone."""
        self.origins = frozenset(origins)

    def around(self, handler: _Handler) -> _Handler:
        """The same handler for calls; a preflight never reaches it."""

        async def answer(request: web.Request) -> web.StreamResponse:
            request[_ASKED] = request.headers.get("Origin", "")
            if _is_preflight(request):
                return web.Response(status=204, headers=self._preflight(request))
            return await handler(request)

        return answer

    async def add(self, request: web.Request, reply: web.StreamResponse) -> None:
        """Say on an answer who may read it; called before its head is sent."""
        asked = request.get(_ASKED)
        if asked is None:
            return
        if not _is_preflight(request):  # a function may have an opinion of its own
            for name in {each for each in reply.headers if each.lower().startswith(_PREFIX)}:
                reply.headers.popall(name, None)
        reply.headers.update(self._headers(asked))
        if _ANY not in self.origins:
            named = reply.headers.get("Vary", "")
            reply.headers["Vary"] = f"{named}, Origin" if named else "Origin"

    def _headers(self, origin: str) -> dict[str, str]:
        if _ANY in self.origins:
            return {"Access-Control-Allow-Origin": _ANY, "Access-Control-Expose-Headers": _SHOWN}
        if origin.lower() not in self.origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Expose-Headers": _SHOWN,
        }

    def _preflight(self, request: web.Request) -> dict[str, str]:
        if not self._headers(request[_ASKED]):
            return {}
        wanted = request.headers.get("Access-Control-Request-Headers", "").split(",")[:_MOST]
        names = [each.strip().lower() for each in wanted]
        kept = [each for each in names if _NAME.fullmatch(each) and each not in _NEVER]
        allowed = {"Access-Control-Allow-Headers": ", ".join(kept)} if kept else {}
        return {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Max-Age": _SECONDS,
            **allowed,
        }


async def no_options(_request: web.Request) -> web.StreamResponse:
    """OPTIONS of a route that takes it from browsers alone."""
    raise web.HTTPMethodNotAllowed("OPTIONS", ("POST",))


def cors_of(named: Iterable[str], environ: Mapping[str, str]) -> Cors | None:
    """The origins of the command line, else of the environment; None where there are none.

    Raises:
        CannotStart: One is no origin.
    """
    text, where = ",".join(named), "--allow-origin"
    if not text:
        text, where = environ.get(ALLOW_ORIGINS, ""), ALLOW_ORIGINS
    if not text:
        return None
    try:
        read = str(values.convert(values.ROWS[_SETTING], text, where))
    except values.BadValue as fault:
        raise CannotStart(str(fault)) from None
    return Cors(read.split(","))


def _is_preflight(request: web.Request) -> bool:
    return (
        request.method == "OPTIONS"
        and "Origin" in request.headers
        and "Access-Control-Request-Method" in request.headers
    )
