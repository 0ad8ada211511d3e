"""One REST connection: aiohttp's protocol, and around it the time in which a request must come.

aiohttp has a time-out for idle connections alone. Here every byte passes on its way to it, so that
a head or a body that stops coming, or only trickles, ends; answers take as long as they take.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from ...errors import SlowRequest
from ..telemetry.refusals import REST, refused
from .connections import Connections
from .head_limit import TOO_LARGE, WORDS, HeadLimit, is_too_large
from .pace import Pace
from .protocol import raw_refusal, refusal
from .replies import failed

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LINGER_TICKS = 2


class Connection(asyncio.Protocol):  # pylint: disable=too-many-instance-attributes # one a state
    """Passes everything on to aiohttp's protocol and knows what it is waiting for.

    Attributes:
        peer: Whose it is, as `peer_of` tells it.
        spoke: Whether it ever sent a whole head.
        since: The tick at which it began to wait.
        opening: What makes its transport, and over TLS shakes hands before; None once it is there.
    """

    def __init__(self, server: asyncio.Protocol, connections: Connections, peer: bytes) -> None:
        """One that was just accepted.

        Args:
            server: aiohttp's.
            connections: Where it is counted.
            peer: Whose it is.
        """
        self.peer, self.spoke, self.since = peer, False, connections.tick
        self._server, self._connections = server, connections
        self.opening: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._request: web.Request | None = None
        self._head_since: int | None = connections.tick
        self._received = 0
        self._pace = Pace(connections.bounds.body_timeout)
        self._late: SlowRequest | None = None
        self._gave_way = False
        self._is_spare = connections.is_full(peer)
        self._limit = HeadLimit()

    def pause_writing(self) -> None:
        """The caller reads slowly."""
        self._server.pause_writing()

    def resume_writing(self) -> None:
        """The caller has read."""
        self._server.resume_writing()

    def eof_received(self) -> bool | None:
        """The caller sends no more."""
        if self._limit.is_passed:
            return None
        return self._server.eof_received()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It can be written to."""
        assert isinstance(transport, asyncio.Transport)
        if self._gave_way:
            transport.abort()
            return
        self._transport, self.opening = transport, None
        self._server.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        self._connections.remove(self)
        if self._transport:
            self._transport = None
            self._server.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Note that something came, and pass it on."""
        if self._limit.is_passed:
            return
        self._received += len(data)
        if self._limit.take(data):
            self._refuse_size()
            return
        request = self._request
        if request is not None and request.content.is_eof() and self._limit.is_far_ahead(data):
            if self._transport:
                self._transport.abort()
            return
        if self._head_since is None and request is None:
            self._head_since = self._connections.tick
        self._server.data_received(data)

    @property
    def is_over(self) -> bool:
        """Whether it came when there was no room, and there still is none."""
        self._is_spare = self._is_spare and self._connections.is_over(self.peer)
        return self._is_spare

    @property
    def ends(self) -> bool:
        """Whether the answer under way is its last: the gateway stops."""
        return self._connections.ending

    def begin(self, request: web.Request) -> None:
        """A request's head has come."""
        self._request, self._head_since, self.spoke = request, None, True
        self._pace.restart(self._connections.tick, self._received)
        self._connections.works(self)

    def end(self) -> SlowRequest | None:
        """Its answer is made; tell how its body was too slow, if it was."""
        if self._request is not None and self._request.content.is_eof():
            self._limit.restart()
        self._request = None
        self._connections.waits(self)
        return self._late

    def give_way(self) -> bool:
        """Close, unless something of it is on its way; tell whether it does."""
        transport = self._transport
        if transport is None:  # the loop makes it in a moment
            self._gave_way = True
            if self.opening is not None:
                self.opening.cancel()
            return True
        if transport.get_write_buffer_size():
            return False
        if self._request is not None and not self._is_silent():
            return False
        transport.abort()
        return True

    def check(self) -> bool:
        """End what takes too long; tell whether a body has stopped coming, for now."""
        if self._limit.is_passed:
            if self._transport and self._ticks(self.since) > _LINGER_TICKS:
                self._transport.close()
            return False
        if self._request is not None:
            return self._check_body()
        if self._late and self._transport:
            self._transport.close()
        elif self._head_since is None:
            if self._ticks(self.since) > self._connections.bounds.idle_timeout:
                self.give_way()
        elif self._ticks(self._head_since) > self._connections.bounds.head_timeout:
            self._refuse_head()
        return False

    def _ticks(self, since: int) -> int:
        return self._connections.tick - since

    def _refuse_head(self) -> None:
        """To a caller who has sent part of a head, say why; an idle one expects no answer."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._received:
            refused(REST, "slow_request")
            words = _words("the request's head", self._connections.bounds.head_timeout)
            transport.write(plain_http("408 Request Timeout", words))
        transport.close()

    def _refuse_size(self) -> None:
        """Say so, and read on for a moment: a plain close would destroy the answer on its way."""
        self.since = self._connections.tick
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        refused(REST, TOO_LARGE)
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        transport.write(raw_refusal(status, TOO_LARGE, WORDS))
        if transport.can_write_eof():
            transport.write_eof()

    def _check_body(self) -> bool:
        """Whether it is silent; over a whole window it may also be too slow."""
        if not self._owes_body():
            self._pace.restart(self._connections.tick, self._received)
            return False
        if self._pace.is_too_slow(self._connections.tick, self._received):
            self._refuse_body()
        return self._is_silent()

    def _refuse_body(self) -> None:
        """Whoever reads the body learns it; an answer that has begun cannot be taken back."""
        assert self._request is not None
        self._late = SlowRequest(
            _words("the request's body", self._connections.bounds.body_timeout)
        )
        self._request.content.set_exception(self._late)

    def _owes_body(self) -> bool:
        """Whether it is the caller we wait for, not the function that does not read on."""
        request, transport = self._request, self._transport
        if request is None or transport is None or request.content.is_eof():
            return False
        return transport.is_reading() and request.content.exception() is None

    def _is_silent(self) -> bool:
        return self._owes_body() and self._pace.is_silent(self._connections.tick, self._received)


def connection_of(request: web.Request) -> Connection | None:
    """Whose request it is; None when the caller has left already."""
    found = request.transport.get_protocol() if request.transport else None
    return found if isinstance(found, Connection) else None


@web.middleware
async def in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell a request's connection that its head has come, and when its answer is made."""
    connection = connection_of(request)
    if connection is None:
        return await handler(request)
    connection.begin(request)
    try:
        if is_too_large(request):
            reply: web.StreamResponse = _too_large()
        else:
            reply = await handler(request)
    finally:
        late = connection.end()
    if late is None or reply.prepared:
        return reply
    reply = failed(408, late.message, {"X-Error-Code": late.code})
    reply.force_close()
    return reply


def _too_large() -> web.Response:
    reply = refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_LARGE, WORDS)
    reply.force_close()
    return reply


async def say_last(request: web.Request, reply: web.StreamResponse) -> None:
    """Tell a caller that an answer is the last of its connection: it must not send another call."""
    connection = connection_of(request)
    if connection is not None and connection.ends:
        reply.force_close()
        reply.headers["Connection"] = "close"


def plain_http(status: str, words: str) -> bytes:
    """A whole answer to somebody whose request was not read."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(words) + 1}\r\nConnection: close\r\n\r\n{words}\n".encode()


def _words(what: str, seconds: int) -> str:
    return f"{what} did not come in {seconds} s; send it faster, or raise the gateway's time-out"
