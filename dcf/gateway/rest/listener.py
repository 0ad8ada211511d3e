"""The REST port: takes connections within the bounds, and waits when the system has no more files.

asyncio's own listener tries and logs a hundred times a turn when files run out, and each of these
tries starts a hundred more a second later: 1,100 connections stopped a gateway and wrote 1 MB of
log a second.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Callable
from functools import partial

from ..telemetry.refusals import REST, refused
from .connection import Connection, plain_http
from .connections import Connections, peer_of

_BACKLOG = 1024
# Taken in one turn of the loop. A request is known five turns after its connection was taken, and
# until then a crowd that comes as fast as it can must not push it out.
_AT_ONCE = 4
_PAUSE_SECONDS = 0.2
_QUIET_SECONDS = 60.0
# A peer whose machine is gone is noticed after two minutes, not after two hours.
_KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
_FULL = plain_http("503 Service Unavailable", "the gateway has no room for another connection")
_log = logging.getLogger(__name__)


class RestListener:
    """The listening sockets of one host and port.

    Attributes:
        port: The one that was taken, once open.
    """

    def __init__(
        self,
        connections: Connections,
        server: Callable[[], asyncio.Protocol],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """One that is not open.

        Args:
            connections: Who may come in.
            server: Makes aiohttp's protocol for one connection (`web.Server`).
            tls: What connections are encrypted by; None for none.
        """
        self._connections, self._server, self._tls = connections, server, tls
        self._patience = connections.bounds.head_timeout if tls else None
        self._sockets: list[socket.socket] = []
        self._opening: set[asyncio.Task[object]] = set()
        self._told = -_QUIET_SECONDS
        self.port = 0

    async def open(self, host: str, port: int) -> None:
        """Listen at every address of a host; raises `OSError`."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, _, _, _, address in dict.fromkeys(found):
            self._sockets.append(_listening(family, (address[0], self.port or port, *address[2:])))
            self.port = self._sockets[0].getsockname()[1]
        for one in self._sockets:
            loop.add_reader(one, self._accept, one)
        self._connections.start()

    def close(self) -> None:
        """Take no more connections; those that are there end with their next answer."""
        self._connections.ending = True
        for one in self._sockets:
            asyncio.get_running_loop().remove_reader(one)
            one.close()
        self._sockets.clear()

    async def drain(self) -> None:
        """Take no more connections, and end those that are between two requests in good order."""
        self.close()
        await self._connections.last_requests()

    def _accept(self, listening: socket.socket) -> None:
        """Take those who wait, but not for so long that others do."""
        for _ in range(_AT_ONCE):
            try:
                accepted, address = listening.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:  # the caller has left already
                continue
            except OSError as fault:
                self._pause(listening, fault)
                return
            self._admit(accepted, peer_of(address[0]))

    def _admit(self, accepted: socket.socket, peer: bytes) -> None:
        accepted.setblocking(False)
        if self._connections.admits(peer):
            self._open(accepted, peer)
            return
        refused(REST, "too_many_connections")
        with contextlib.suppress(OSError), accepted:
            accepted.send(_FULL)

    def _open(self, accepted: socket.socket, peer: bytes) -> None:
        """Counted from now on, though the loop makes its transport a moment later."""
        one = Connection(self._server(), self._connections, peer)
        self._connections.add(one)

        async def connect() -> None:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: one, accepted, ssl=self._tls, ssl_handshake_timeout=self._patience
            )

        one.opening = asyncio.create_task(connect())
        self._opening.add(one.opening)
        one.opening.add_done_callback(partial(self._opened, one, accepted))

    def _opened(
        self, one: Connection, accepted: socket.socket, opening: asyncio.Task[None]
    ) -> None:
        """Forget one that did not come about; it may have been given up before it began."""
        self._opening.discard(opening)
        fault = None if opening.cancelled() else opening.exception()
        if fault is None and not opening.cancelled():
            return
        self._connections.remove(one)
        accepted.close()
        if isinstance(fault, OSError):  # what came is no TLS, or did not come in time
            refused(REST, "no_tls")
        elif fault is not None:
            _log.error("REST: a connection failed", exc_info=fault)

    def _pause(self, listening: socket.socket, fault: OSError) -> None:
        """The loop would find the socket readable again at once, and burn."""
        made = self._connections.close_one()
        self._tell(f"cannot take connections ({fault.strerror}); trying on")
        loop = asyncio.get_running_loop()
        loop.remove_reader(listening)
        loop.call_later(0 if made else _PAUSE_SECONDS, self._resume, listening)

    def _resume(self, listening: socket.socket) -> None:
        if listening in self._sockets:
            asyncio.get_running_loop().add_reader(listening, self._accept, listening)

    def _tell(self, words: str) -> None:
        """Once, until it has not been so for a minute."""
        now = time.monotonic()
        if now - self._told >= _QUIET_SECONDS:
            _log.warning("REST: %s", words)
        self._told = now


def _listening(family: int, address: tuple[object, ...]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        for name, value in _KEEPALIVE:  # what is accepted inherits them
            if hasattr(socket, name):
                one.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        one.setblocking(False)
        one.bind(address)
        one.listen(_BACKLOG)
    except BaseException:
        one.close()
        raise
    return one
