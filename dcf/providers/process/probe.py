"""Ask a watcher how it is, as cheaply as a socket allows: fifty times a second at start."""

import asyncio
import contextlib

_MOST = 1 << 16  # bytes of an answer: a watcher's own has a few
_GOOD, _WORDS = 200, 200


async def status_of(host: str, port: int, path: str, timeout: float = 5.0) -> int:
    """The HTTP status of a GET, or 0 when nobody answers in time; see `answer_of`."""
    return (await answer_of(host, port, path, timeout))[0]


async def answer_of(host: str, port: int, path: str, timeout: float = 5.0) -> tuple[int, str]:
    """The HTTP status of a GET, and the last line of a body that is not 200's; 0 for nobody.

    Args:
        host: Address.
        port: TCP port.
        path: With its leading slash.
        timeout: Seconds for the whole exchange.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _answer(host, port, path)
    except (OSError, ValueError):
        return 0, ""


async def _answer(host: str, port: int, path: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        words = (await reader.readline()).split(None, 2)
        status = int(words[1]) if len(words) > 1 else 0
        if status in {0, _GOOD}:
            return status, ""
        try:
            body = await reader.readexactly(_MOST)
        except asyncio.IncompleteReadError as end:
            body = end.partial
        return status, body.rstrip().rpartition(b"\n")[2].decode(errors="replace")[:_WORDS]
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
