"""A request's body from a file, read in pieces by threads while it is sent."""

from pathlib import Path

import aiohttp


def file_body(path: Path) -> aiohttp.BufferedReaderPayload:
    """The body, without the header that would tell the file's name; aiohttp closes the file."""
    payload = aiohttp.BufferedReaderPayload(path.open("rb"))
    payload.headers.popall("Content-Disposition", None)
    return payload
