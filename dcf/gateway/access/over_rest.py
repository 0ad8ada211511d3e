"""Who asks over REST, and what they may."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from ...errors import Forbidden, Unauthorized
from ..rest.protocol import refusal
from ..telemetry.refusals import REST
from .access import SESSION, Access, Caller
from .cookie import session_of
from .tokens import CALL, Role

CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)
_CHALLENGE = 'Basic realm="Restricted"'
# A browser would show a window of its own; no browser knows this scheme, and the page has a login.
_PAGES_CHALLENGE = 'Session realm="Restricted"'
_WHO = "x-deployed-by"
_MAX_WHO = 256
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def admitted(handler: _Handler, access: Access, wanted: Role) -> _Handler:
    """The same handler for those who may; 401 or 403 for all others."""
    refuse = _call_refused if wanted == CALL else _refused

    async def answer(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not given and (session := session_of(request)):
            given = f"{SESSION} {session}"
        try:
            request[CALLER] = access.admit(given, wanted, REST, request.remote or "")
        except Unauthorized as fault:
            reply = refuse(HTTPStatus.UNAUTHORIZED, fault)
            reply.headers["WWW-Authenticate"] = _challenge(request)
            return reply
        except Forbidden as fault:
            return refuse(HTTPStatus.FORBIDDEN, fault)
        return await handler(request)

    return answer


def _challenge(request: web.Request) -> str:
    """How one may come in: a script of a page has a login of its own."""
    by_script = "X-Requested-With" in request.headers
    return _PAGES_CHALLENGE if by_script else _CHALLENGE


def deployed_by(request: web.Request) -> str:
    """Who asks: whose password or token it was, else whom the client names, else nobody."""
    caller = request.get(CALLER)
    return (caller.name if caller else "") or printable(request.headers.get(_WHO, ""))


def printable(who: str) -> str:
    """What a client says of itself, made fit for a terminal and a database."""
    return "".join(each for each in who[:_MAX_WHO] if each.isprintable())


def _refused(status: HTTPStatus, fault: Unauthorized | Forbidden) -> web.Response:
    return web.Response(status=status, text=fault.message + "\n")


def _call_refused(status: HTTPStatus, fault: Unauthorized | Forbidden) -> web.Response:
    """In the one shape of an error of a call."""
    return refusal(status, fault.code, fault.message)
