"""How large a request's head may be: one number, the watcher's too, whatever it is made of.

aiohttp limits each line and the number of lines, which together may be megabytes; here the bytes
are counted as they come.
"""

import re

from aiohttp import web

MAX_HEAD = 16384
TOO_LARGE = "headers_too_large"
WORDS = f"the headers are over {MAX_HEAD} bytes; send less"
_END = re.compile(rb"\n\r?\n")
_TAIL = 2


class HeadLimit:
    """Counts one head after the other of a connection whose bodies somebody else reads."""

    def __init__(self) -> None:
        """Begins before the first head."""
        self._seen, self._tail, self._is_head = 0, b"", True

    def restart(self) -> None:
        """What comes next is a head."""
        self._seen, self._tail, self._is_head = 0, b"", True

    def is_passed_by(self, data: bytes) -> bool:
        """Whether the head that this belongs to is too large."""
        if not self._is_head:
            return False
        if not self._seen:
            data = data.lstrip(b"\r\n")  # empty lines may come before a request
        looked_at = self._tail + data
        end = _END.search(looked_at)
        if end:
            self._is_head = False
            return self._seen - len(self._tail) + end.end() > MAX_HEAD
        self._seen += len(data)
        self._tail = looked_at[-_TAIL:]
        return self._seen > MAX_HEAD


def is_too_large(request: web.Request) -> bool:
    """The same of a request that was read whole, for one that came together with another."""
    line = len(request.method) + len(request.raw_path) + len(" ") + len(" HTTP/1.1\r\n\r\n")
    pairs = request.raw_headers
    return line + sum(len(name) + len(value) + 4 for name, value in pairs) > MAX_HEAD
