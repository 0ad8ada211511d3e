"""A steady local address before a function whose process, and so whose port, changes."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from urllib.parse import urlsplit

from ..errors import CannotStart
from ..providers.routing import Target

_CHUNK = 1 << 16
_WORDS = b"the function is not ready; its terminal says why\n"
_NOBODY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_WORDS), _WORDS)
)
_LINGER_SECONDS = 2.0


class StableProxy:
    """Passes each connection on to the process that is ready when it comes.

    Args:
        target: Gives where that is, or None.
    """

    def __init__(self, target: Callable[[], Target | None]) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> str:
        """Listen (0: on a free port); gives the address, raises `CannotStart`."""
        try:
            self._server = await asyncio.start_server(self._pass_on, host, port)
        except OSError as fault:
            raise CannotStart(
                f"cannot listen on {host}:{port} ({os.strerror(fault.errno or 0)}): "
                "choose another with --port"
            ) from fault
        taken = self._server.sockets[0].getsockname()[1]
        return f"http://{f'[{host}]' if ':' in host else host}:{taken}"

    async def close(self) -> None:
        """Take no more connections and cut off those there are."""
        if self._server is not None:
            self._server.close()
        for each in self._passing:
            each.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            await self._between(reader, writer)
        finally:
            self._passing.discard(task)
            writer.close()

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = self._target()
        place = urlsplit(target.address if target else "")
        try:
            back, there = await asyncio.open_connection(place.hostname, place.port)
        except (OSError, ValueError):
            await _answer(reader, writer)
            return
        try:
            await asyncio.gather(_copy(reader, there), _copy(back, writer))
        finally:
            there.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say that nobody is there, once something was asked.

    What else is sent is read and dropped for a while: to close on it would lose the reply.
    """
    with contextlib.suppress(OSError):  # a time that is over is one, too
        async with asyncio.timeout(_LINGER_SECONDS):
            if await reader.read(_CHUNK):
                writer.write(_NOBODY)
                writer.write_eof()
            while await reader.read(_CHUNK):
                pass


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(_CHUNK):
            target.write(chunk)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
