"""Reads a chunked body (RFC 9112, 7.1), and takes nothing that only looks like one."""

import re
from enum import Enum
from typing import Any

from waitress.rfc7230 import CHUNK_EXT
from waitress.utilities import BadRequest, Error

from .head import FIELD

_MAX_LINE = 4096
_MAX_TRAILER = 16384
_PLAIN = re.compile(rb"([0-9a-fA-F]{1,16})\r\n")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})" + CHUNK_EXT.encode("latin-1"))


class _Next(Enum):
    """What the next bytes are."""

    SIZE = "a chunk's size line"
    DATA = "a chunk's data"
    END = "the line end behind a chunk"
    TRAILER = "the trailer"


class Chunks:
    """In place of waitress' reader of chunks.

    That one skips empty lines, takes a bare line feed behind a size, swallows any text as a
    trailer, and copies the rest of its input for every chunk.

    Attributes:
        completed: the body is there.
        error: why it never will be.
    """

    def __init__(self, buffer: Any) -> None:  # noqa: ANN401 - waitress has no annotations
        """Takes waitress' buffer, which the body goes into."""
        self.completed = False
        self.error: Error | None = None
        self._buffer = buffer
        self._next = _Next.SIZE
        self._left = 0
        self._line = b""
        self._trailer_bytes = 0

    def received(self, data: bytes) -> int:
        """Takes what came.

        Args:
            data: bytes of this body and perhaps of the next request.

        Returns:
            How many of them were taken.
        """
        taken = 0
        while taken < len(data) and not self.completed and self.error is None:
            if self._next is _Next.DATA:
                taken += self._take_data(data, taken)
            else:
                taken += self._take_chunk(data, taken) or self._take_line(data, taken)
        return taken

    def getfile(self) -> Any:  # noqa: ANN401 - as above
        """The body as a file."""
        return self._buffer.getfile()

    def getbuf(self) -> Any:  # noqa: ANN401 - as above
        """The buffer, to be closed."""
        return self._buffer

    def __len__(self) -> int:
        return len(self._buffer)

    def _take_chunk(self, data: bytes, start: int) -> int:
        """Takes a whole chunk, if it is there and plain: a body may be a million tiny ones."""
        if self._next is not _Next.SIZE or self._line:
            return 0
        size = _PLAIN.match(data, start)
        if size is None or not (count := int(size[1], 16)):
            return 0
        end = size.end() + count
        if not data.startswith(b"\r\n", end):
            return 0
        self._buffer.append(data[size.end() : end])
        return end + 2 - start

    def _take_data(self, data: bytes, start: int) -> int:
        piece = data[start : start + self._left]
        self._buffer.append(piece)
        self._left -= len(piece)
        if not self._left:
            self._next = _Next.END
        return len(piece)

    def _take_line(self, data: bytes, start: int) -> int:
        """Takes a part of a line; a whole one is looked at."""
        end = data.find(b"\n", start) + 1 or len(data)
        room = self._most() - len(self._line)
        piece = data[start : min(end, start + room)]
        self._line += piece
        is_whole = self._line.endswith(b"\r\n")
        line = self._line[:-2] if is_whole else self._line.removesuffix(b"\r")
        if b"\r" in line or b"\n" in line or (len(piece) == room and not is_whole):
            self._refuse()
        elif is_whole:
            self._line = b""
            self._look_at(line)
        return len(piece)

    def _most(self) -> int:
        """Bytes that the line may have."""
        if self._next is _Next.END:
            return 2
        return _MAX_LINE if self._next is _Next.SIZE else _MAX_TRAILER - self._trailer_bytes

    def _look_at(self, line: bytes) -> None:
        if self._next is _Next.END:
            self._next = _Next.SIZE
        elif self._next is _Next.TRAILER:
            self._trailer_bytes += len(line) + 2
            self.completed = not line
            if line and (self._trailer_bytes >= _MAX_TRAILER or not FIELD.fullmatch(line)):
                self._refuse()
        elif size := _SIZE.fullmatch(line):
            self._left = int(size[1], 16)
            self._next = _Next.DATA if self._left else _Next.TRAILER
        else:
            self._refuse()

    def _refuse(self) -> None:
        self.error = BadRequest(f"{self._next.value} is wrong or too long")
