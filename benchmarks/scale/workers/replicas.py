"""Stand-ins for replicas: one process that listens on many ports and answers every call at once.

It writes its ports in one line, with commas, and ends at SIGTERM.
"""

import asyncio
import re
import signal
import sys

from benchmarks.harness.address import HOST
from dcf.gateway.bounds import raise_open_files

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


class StandIn(asyncio.Protocol):
    """One connection; requests come one after the other, each with a length or without a body."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request that is whole."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = _LENGTH.search(head)
        if len(body) >= (int(length[1]) if length else 0):
            self._received = b""
            assert self._transport is not None
            self._transport.write(_ANSWER)


async def serve(count: int) -> None:
    """Listens on so many free ports until it is asked to stop."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    servers = [await loop.create_server(StandIn, HOST, 0) for _ in range(count)]
    print(",".join(str(each.sockets[0].getsockname()[1]) for each in servers), flush=True)
    await stop.wait()


if __name__ == "__main__":
    raise_open_files()
    asyncio.run(serve(int(sys.argv[1])))
