"""Ask a watcher how it is, as cheaply as a socket allows: fifty times a second at start."""

import asyncio
import contextlib


async def status_of(host: str, port: int, path: str, timeout: float = 5.0) -> int:
    """The HTTP status of a GET, or 0 when nobody answers in time.

    Args:
        host: Address.
        port: TCP port.
        path: With its leading slash.
        timeout: Seconds for the whole exchange.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _status(host, port, path)
    except (OSError, ValueError):
        return 0


async def _status(host: str, port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        words = (await reader.readline()).split(None, 2)
        return int(words[1]) if len(words) > 1 else 0
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
