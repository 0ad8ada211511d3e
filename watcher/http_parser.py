"""Reads one HTTP request: waitress' parser with a limit on the body as decoded."""

import socket
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


class NoRoom(Error):  # type: ignore[misc] # waitress has no annotations
    """The bodies of other calls fill the memory for them."""

    code = 429
    reason = "Too Many Requests"


class Held:
    """A body of known length, read from the socket straight into its place."""

    __slots__ = ("_data", "_filled")

    def __init__(self, length: int) -> None:
        """Takes the length in bytes; memory that is never filled is never taken."""
        self._data = bytearray(length)
        self._filled = 0

    def append(self, piece: bytes) -> None:
        """Keeps a piece that came together with the head.

        Args:
            piece: bytes that belong to the body.
        """
        self._data[self._filled : self._filled + len(piece)] = piece
        self._filled += len(piece)

    def receive(self, connection: socket.socket) -> int:
        """Reads what the socket holds of this body, and nothing behind it.

        Args:
            connection: a socket that does not block.

        Returns:
            How many bytes came; 0 when the other side has closed.
        """
        with memoryview(self._data) as view:
            count = connection.recv_into(view[self._filled :])
        self._filled += count
        return count

    def getfile(self) -> BytesIO:
        """The body as a stream, once; read whole, it is not copied again."""
        data = bytes(self._data)
        self._data = bytearray()
        return BytesIO(data)

    def __len__(self) -> int:
        return self._filled

    def close(self) -> None:
        """Lets the body go."""
        self._data = bytearray()


class Parser(HTTPRequestParser):  # type: ignore[misc] # waitress has no annotations
    """Reads one request; `adj.body_limit` bounds the body as decoded, `adj.bodies` all bodies.

    Attributes:
        started: time.monotonic() of the first byte.
        held: the body's place in memory, once the head has come and told its length.
    """

    error: Error | None
    completed: bool

    def __init__(self, adj: Any) -> None:  # noqa: ANN401 - waitress' adjustments have no type
        """Notes the time of the request's first byte."""
        super().__init__(adj)
        self.started = time.monotonic()
        self.held: Held | None = None
        self._looked = False
        self._room = 0

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
        if self.error is None:
            self.error = self._excess() or self._crowding()
        if self.body_rcv is not None and self.error is None and not self._looked:
            self._hold()
        if self.error is not None:
            self.completed = True
            self.expect_continue = False  # no "go on" to a client that is being refused
        return taken

    def receive(self, connection: socket.socket) -> int:
        """Reads the next part of a held body from the socket.

        Args:
            connection: a socket that does not block.

        Returns:
            How many bytes came; 0 when the other side has closed.
        """
        assert self.held is not None
        count = self.held.receive(connection)
        self.body_rcv.remain -= count
        self.body_bytes_received += count
        if self.body_rcv.remain == 0:
            self.body_rcv.completed = self.completed = True
        return count

    def close(self) -> None:
        """Lets the body go."""
        super().close()
        self._leave()

    def __del__(self) -> None:
        """A connection that breaks drops its request without closing it."""
        self._leave()

    def _leave(self) -> None:
        self.adj.bodies.give_back(self._room)
        self._room = 0

    def _crowding(self) -> Error | None:
        """Sets memory aside for the body: all of it once its length is known, else as it comes."""
        if self.body_rcv is None:
            return None
        wanted = len(self.body_rcv) if self.chunked else self.content_length
        if wanted > self._room:
            if not self.adj.bodies.take(wanted - self._room):
                return NoRoom("")
            self._room = wanted
        return None

    def _hold(self) -> None:
        """Gives a body of a known, moderate length its place in memory."""
        self._looked = True
        plain = isinstance(self.body_rcv, FixedStreamReceiver)
        if plain and self.content_length <= self.adj.inbuf_overflow:
            self.held = self.body_rcv.buf = Held(self.content_length)

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
