"""Who asks over REST, and what they may."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from ...errors import Forbidden, Unauthorized
from ..rest.protocol import refusal
from ..telemetry.refusals import REST
from .access import Access, Caller
from .tokens import CALL, Role

CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)
_CHALLENGES = {"WWW-Authenticate": 'Basic realm="Restricted"'}
_WHO = "x-deployed-by"
_MAX_WHO = 256
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def admitted(handler: _Handler, access: Access, wanted: Role) -> _Handler:
    """The same handler for those who may; 401 or 403 for all others."""
    refuse = _call_refused if wanted == CALL else _refused

    async def answer(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        try:
            request[CALLER] = access.admit(given, wanted, REST, request.remote or "")
        except Unauthorized as fault:
            reply = refuse(HTTPStatus.UNAUTHORIZED, fault)
            reply.headers.update(_CHALLENGES)
            return reply
        except Forbidden as fault:
            return refuse(HTTPStatus.FORBIDDEN, fault)
        return await handler(request)

    return answer


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
