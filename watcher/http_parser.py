"""Reads one HTTP request: waitress' parser with a limit on the body as decoded."""

import time
from io import BytesIO
from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge

_CHUNKED_STEP = 8192
_MAX_CHUNK_LINE = 4096
_MAX_TRAILER = 16384


class RequestTimeout(Error):  # type: ignore[misc] # waitress has no annotations
    """The client took longer than READ_TIMEOUT to send its request."""

    code = 408
    reason = "Request Timeout"


class Held:
    """A body as it arrives, in memory, with fewer copies than waitress' growing file makes."""

    __slots__ = ("_first", "_more")

    def __init__(self) -> None:
        self._first = b""
        self._more = bytearray()

    def append(self, piece: bytes) -> None:
        """Keeps the next piece.

        Args:
            piece: bytes that belong to the body.
        """
        if self._first:
            self._more += piece
        else:
            self._first = piece

    def getfile(self) -> BytesIO:
        """The body as a stream; read whole, it is not copied again."""
        return BytesIO(self._first + self._more if self._more else self._first)

    def __len__(self) -> int:
        return len(self._first) + len(self._more)

    def close(self) -> None:
        """Lets the body go."""
        self._first = b""
        self._more = bytearray()


class Parser(HTTPRequestParser):  # type: ignore[misc] # waitress has no annotations
    """Reads one request; `adj.body_limit` bounds the body as decoded."""

    error: Error | None
    completed: bool

    def __init__(self, adj: Any) -> None:  # noqa: ANN401 - waitress' adjustments have no type
        """Notes the time of the request's first byte."""
        super().__init__(adj)
        self.started = time.monotonic()
        self._held = False

    def received(self, data: bytes) -> int:
        """Takes what came.

        Args:
            data: bytes of this request and perhaps of the next.

        Returns:
            How many of them were taken.
        """
        if self.chunked:
            # The chunk reader copies the rest for every chunk: small steps keep that linear.
            data = data[:_CHUNKED_STEP]
        taken: int = super().received(data)
        if self.body_rcv is not None and not self._held:
            self._hold()
        if self.error is None:
            self.error = self._excess()
        if self.error is not None:
            self.completed = True
            self.expect_continue = False  # no "go on" to a client that is being refused
        return taken

    def _hold(self) -> None:
        """Gives a body of a known, moderate length its place in memory."""
        self._held = True
        plain = isinstance(self.body_rcv, FixedStreamReceiver)
        if plain and self.content_length <= self.adj.inbuf_overflow:
            self.body_rcv.buf = Held()

    def _excess(self) -> Error | None:
        if self.content_length > self.adj.body_limit:
            return RequestEntityTooLarge("")
        if self.chunked and self.body_rcv is not None:
            if len(self.body_rcv) > self.adj.body_limit:
                return RequestEntityTooLarge("")
            if len(self.body_rcv.control_line) > _MAX_CHUNK_LINE:
                return BadRequest("a chunk's size line is too long")
            if len(self.body_rcv.trailer) > _MAX_TRAILER:
                return BadRequest("the trailer is too long")
        return None
