"""How large a request's head may be: one number, the watcher's too, whatever it is made of.

aiohttp limits each line and the number of lines, which together may be megabytes; here the bytes
are counted as they come.
"""

import re

from aiohttp import web

MAX_HEAD = 16384
MAX_AHEAD = 2 << 20
TOO_LARGE = "headers_too_large"
WORDS = f"the headers are over {MAX_HEAD} bytes; send less"
_END = re.compile(rb"\n\r?\n")
_TAIL = 2


class HeadLimit:
    """Counts one head after the other of a connection whose bodies somebody else reads.

    Attributes:
        is_passed: Whether a head was too large; then nothing more is counted.
    """

    def __init__(self) -> None:
        """Begins before the first head."""
        self.is_passed = False
        self._seen, self._tail, self._is_head, self._ahead = 0, b"", True, 0

    def restart(self) -> None:
        """What comes next is a head."""
        self._seen, self._tail, self._is_head, self._ahead = 0, b"", True, 0

    def is_far_ahead(self, data: bytes) -> bool:
        """Count what came behind a request that is being answered; tells whether it is too much.

        Bodies are held back before that by their readers; heads are not.
        """
        self._ahead += len(data)
        return self._ahead > MAX_AHEAD

    def take(self, data: bytes) -> bool:
        """Count what came; tells whether the head that it belongs to is too large."""
        self.is_passed = self.is_passed or self._passes(data)
        return self.is_passed

    def _passes(self, data: bytes) -> bool:
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
    """The same of a request that was read whole, for one that came together with another.

    Blanks around values are gone by then, and are not counted.
    """
    line = len(request.method) + len(request.raw_path) + len(" ") + len(" HTTP/1.1\r\n\r\n")
    pairs = request.raw_headers
    return line + sum(len(name) + len(value) + len(":\r\n") for name, value in pairs) > MAX_HEAD
