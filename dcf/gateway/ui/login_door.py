"""The page's login: a password or token once, then a cookie that no script can read."""

import asyncio
import base64
from collections.abc import Awaitable, Callable

from aiohttp import web

from ...errors import Unauthorized
from ..access.access import Access, Caller
from ..access.cookie import give, session_of, take_away
from ..access.tokens import CALL, DEPLOY
from ..rest.messages import encode
from ..rest.replies import failed, message_of
from ..telemetry.refusals import REST
from .messages import Login, Session

_SECONDS = 1.0
_MOST = 16  # who were wrong, and wait for that to be said
_BUSY = "too many wrong logins at once: try again in a second"


class LoginDoor:
    """Answers who somebody is, and lets them in and out."""

    def __init__(
        self, access: Access, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Of one gateway.

        Args:
            access: Whom it is for.
            pause: Waits so many seconds before a wrong login is answered.
        """
        self._access, self._pause = access, pause
        self._wrong = 0

    async def session(self, request: web.Request) -> web.Response:
        """GET /ui/session."""
        return self._told(self._access.of_session(session_of(request)))

    async def login(self, request: web.Request) -> web.Response:
        """POST /ui/login."""
        authorization = _authorization(await message_of(request, Login))
        if not self._access.asks(DEPLOY):
            return self._told(None)
        try:
            caller, session = self._access.login(authorization, REST, request.remote or "")
        except Unauthorized as fault:
            return await self._refused(fault)
        reply = self._told(caller)
        give(request, reply, session)
        return reply

    async def logout(self, request: web.Request) -> web.Response:
        """POST /ui/logout."""
        self._access.sessions.end(session_of(request))
        reply = self._told(None)
        take_away(request, reply)
        return reply

    async def _refused(self, fault: Unauthorized) -> web.Response:
        """Late, so that guessing takes long; whoever is right is answered at once meanwhile."""
        if self._wrong >= _MOST:
            return failed(429, _BUSY, {"Retry-After": "1"})
        self._wrong += 1
        try:
            await self._pause(_SECONDS)
        finally:
            self._wrong -= 1
        return failed(401, fault.message)

    def _told(self, caller: Caller | None) -> web.Response:
        calls = self._access.asks(CALL)
        if caller:
            told = Session("done", caller.name, caller.role, calls)
        else:
            told = Session("needed" if self._access.asks(DEPLOY) else "none", "", "", calls)
        headers = {"Cache-Control": "no-store", "Content-Type": "application/json"}
        return web.Response(body=encode(told), headers=headers)


def _authorization(asked: Login) -> str:
    """The header that says the same."""
    if asked.token:
        return f"Bearer {asked.token}"
    pair = f"{asked.user}:{asked.password}".encode(errors="replace")
    return "Basic " + base64.b64encode(pair).decode()
