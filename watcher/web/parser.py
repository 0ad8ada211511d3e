"""Reads one HTTP request: waitress' parser, stricter, with a limit on the body as decoded."""

import socket
import time
from io import BytesIO
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import FixedStreamReceiver
from waitress.utilities import (
    BadRequest,
    Error,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
)

from ..caller import Caller
from .body_budget import Share
from .chunks import Chunks
from .head import fault_of, is_too_large

_FIRST_PLACE = 1 << 16
_ANNOUNCED_S = 2.0


class RequestTimeout(Error):  # type: ignore[misc] # waitress has no annotations
    """The client took longer than READ_TIMEOUT to send its request."""

    code = 408
    reason = "Request Timeout"


class NoRoom(Error):  # type: ignore[misc] # waitress has no annotations
    """The bodies of other calls fill the memory for them."""

    code = 429
    reason = "Too Many Requests"


class Held:
    """A body of known length, read from the socket straight into its place.

    The place grows with what comes: a thousand callers who only announce a body take no memory.
    """

    __slots__ = ("_data", "_filled", "_length")

    def __init__(self, length: int) -> None:
        """Takes the length in bytes."""
        self._data = bytearray(min(length, _FIRST_PLACE))
        self._filled = 0
        self._length = length

    def append(self, piece: bytes) -> None:
        """Keeps a piece that came together with the head.

        Args:
            piece: bytes that belong to the body.
        """
        self._make_place(self._filled + len(piece))
        self._data[self._filled : self._filled + len(piece)] = piece
        self._filled += len(piece)

    def receive(self, connection: socket.socket) -> int:
        """Reads what the socket holds of this body, and nothing behind it.

        Args:
            connection: a socket that does not block.

        Returns:
            How many bytes came; 0 when the other side has closed.
        """
        self._make_place(min(self._filled + 1, self._length))
        with memoryview(self._data) as view:
            count = connection.recv_into(view[self._filled :])
        self._filled += count
        return count

    def _make_place(self, size: int) -> None:
        """Doubles the place until so many bytes fit, never beyond the body's length."""
        place = len(self._data)
        if size > place:
            self._data.extend(bytes(min(max(size, 2 * place), self._length) - place))

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
        caller: who sends it, and waits for the answer.
    """

    error: Error | None
    completed: bool
    body_rcv: Any

    def __init__(self, adj: Any) -> None:  # noqa: ANN401 - waitress' adjustments have no type
        """Notes the time of the request's first byte."""
        super().__init__(adj)
        self.started = time.monotonic()
        self.held: Held | None = None
        self._has_begun = False
        self._looked = False
        self._is_too_large = False
        self._share = Share(adj.bodies)
        self.caller = Caller(self._share)
        self._is_closed = False

    def received(self, data: bytes) -> int:
        """Takes what came.

        Args:
            data: bytes of this request and perhaps of the next.

        Returns:
            How many of them were taken.
        """
        if not self._has_begun:
            start = data.lstrip(b"\r\n")  # empty lines may come before a request
            self._has_begun = bool(start)
            if start[:1].isspace():  # waitress would take it off
                self.error = BadRequest("there is a space before the first line")
                self.completed = True
                return len(data)
        taken: int = super().received(data)
        if self._is_too_large:
            self.error = RequestHeaderFieldsTooLarge("")
        if self.error is None:
            self.error = self._excess() or self._crowding()
        if self.body_rcv is not None and self.error is None and not self._looked:
            self._hold()
        if self.error is not None:
            self.completed = True
            self.expect_continue = False  # no "go on" to a client that is being refused
            self.close()  # at once: whoever was refused for want of room leaves others what he had
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Reads a head, unless another server might read it otherwise.

        Args:
            header_plus: request line and headers.

        Raises:
            ParsingError: the head is refused.
        """
        if is_too_large(header_plus):
            self._is_too_large = True
            raise ParsingError("")
        if fault := fault_of(header_plus):
            raise ParsingError(fault)
        super().parse_header(header_plus)
        if self.chunked:
            self.body_rcv = Chunks(self.body_rcv.buf)

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
        self.error = self._crowding()
        if self.error is not None:
            self.completed = True
            self.close()
        return count

    def close(self) -> None:
        """Lets the body go."""
        super().close()
        self._leave()

    def __del__(self) -> None:
        """A connection that breaks drops its request without closing it."""
        self._leave()

    def _leave(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._share.let_go()

    def _crowding(self) -> Error | None:
        """Sets memory aside: for a moment for all that was announced, then for what comes.

        So a body that does not fit is refused at its head, and bodies that come together do not
        push one another out; but who only announces one keeps nobody out for long.
        """
        if self.body_rcv is None or not self.adj.bodies.most:
            return None
        wanted = max(len(self.body_rcv), 0 if self._is_late else self.content_length)
        return None if self._share.grow(wanted) else NoRoom("")

    @property
    def _is_late(self) -> bool:
        return time.monotonic() - self.started > _ANNOUNCED_S

    def sweep(self) -> None:
        """Gives the room back that was set aside for what should have come by now."""
        came = 0 if self.body_rcv is None else len(self.body_rcv)
        if self._is_late:
            self._share.shrink(came)

    def _hold(self) -> None:
        """Gives a body of a known, moderate length its place in memory."""
        self._looked = True
        plain = isinstance(self.body_rcv, FixedStreamReceiver)
        if plain and self.content_length <= self.adj.inbuf_overflow:
            self.held = self.body_rcv.buf = Held(self.content_length)

    def _excess(self) -> Error | None:
        if self.content_length > self.adj.body_limit:
            return RequestEntityTooLarge("")
        if self.chunked and len(self.body_rcv) > self.adj.body_limit:
            return RequestEntityTooLarge("")
        return None
