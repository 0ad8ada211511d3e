"""One HTTP exchange with a gateway, over the standard library alone: it starts fast.

Whoever answers is believed nothing: how much is read, and how long, has limits.
"""

import http.client
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from .. import __version__
from ..errors import GatewayUnreachable, NotAGateway
from .deadline import Deadline

SECONDS = 60.0
MAX_ANSWER = 16 << 20
MAX_LINE = 1 << 20
_PIECE = 1 << 16
_SHOWN = 200
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Exchange(NamedTuple):
    """What is sent, and how long one waits for an answer.

    Attributes:
        method: Of HTTP.
        path: With the query.
        body: What is sent along.
        headers: Sent along, too.
        seconds: Longest silence.
        whole: Longest time from the end of the question to the end of the answer; 0 for any.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = NO_HEADERS
    seconds: float = SECONDS
    whole: float = 0.0


class Answer(NamedTuple):
    """What came back; headers in any case."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Connection:
    """Opens one connection a request: a command makes one or two."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._parts = urlsplit(address)

    def send(self, exchange: Exchange, most: int = MAX_ANSWER) -> Answer:
        """Send a request and read the whole answer.

        Raises:
            GatewayUnreachable: Nobody answers, or not in time.
            NotAGateway: The answer has more than `most` bytes.
        """
        with self.open(exchange) as answer:
            return Answer(answer.status, answer.headers, self.whole(answer, most))

    @contextmanager
    def open(self, exchange: Exchange) -> Iterator[http.client.HTTPResponse]:
        """Send a request and give the answer to be read as it comes."""
        connection: http.client.HTTPConnection | None = None
        deadline = Deadline(exchange.whole)
        try:
            connection = self._connected(exchange.seconds)
            sent = {"User-Agent": f"dcf/{__version__}", **exchange.headers}
            connection.request(
                exchange.method, self._parts.path + exchange.path, exchange.body, sent
            )
            deadline.begin(connection.sock)
            with connection.getresponse() as answer:  # closed, also where it is not read to its end
                yield answer
            if deadline.is_over:  # then the end that was read is not the answer's
                raise TimeoutError
        except (OSError, http.client.HTTPException) as fault:
            raise self._failure(fault, deadline) from fault
        finally:
            deadline.end()
            if connection is not None:
                connection.close()

    def whole(self, answer: http.client.HTTPResponse, most: int) -> bytes:
        """All of an answer, if it is not too much."""
        kept, size = [], 0
        for piece in self.pieces(answer):
            kept.append(piece)
            size += len(piece)
            if size > most:
                raise self._too_much(f"{most >> 20} MiB")
        return b"".join(kept)

    def pieces(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        """An answer as it comes, whatever its size."""
        # Not by read(): the library believes a chunk that says it is -1 bytes long, and reads on.
        while piece := answer.read1(_PIECE):
            yield piece
        if answer.length:  # the library does not mind, in pieces
            raise http.client.IncompleteRead(b"", answer.length)

    def lines(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        """An answer's lines as they come, without their ends."""
        rest = b""
        for piece in self.pieces(answer):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if len(rest) > MAX_LINE:
                raise self._too_much(f"{MAX_LINE >> 20} MiB in a line")
        if rest:
            yield rest

    def _too_much(self, what: str) -> NotAGateway:
        return NotAGateway(
            f"what answers at {self.address} sends more than {what}, which no gateway does: "
            "name another with --gateway"
        )

    def _failure(self, fault: Exception, deadline: Deadline) -> GatewayUnreachable:
        # A silence as long as that ends at the same moment, and either may be noticed first.
        if deadline.is_over or (isinstance(fault, TimeoutError) and deadline.has_passed):
            return GatewayUnreachable(
                f"the gateway at {self.address} did not finish its answer in "
                f"{deadline.seconds:g} s: try again, or name another with --gateway"
            )
        if isinstance(fault, http.client.IncompleteRead):
            return GatewayUnreachable(f"the answer of {self.address} broke off: try again")
        words = " ".join(str(fault).split())
        words = words if len(words) <= _SHOWN else words[:_SHOWN] + "..."
        return GatewayUnreachable(
            f"no gateway answers at {self.address} ({words}): "
            "start one with `dcf gateway start`, or name another with --gateway"
        )

    def _connected(self, seconds: float) -> http.client.HTTPConnection:
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(self._parts.netloc, timeout=seconds)
        connection = http.client.HTTPConnection(self._parts.netloc, timeout=seconds)
        if connection.host.isascii():
            # A host given as text would load the codec of international names: 5 ms for nothing.
            place = (connection.host.encode(), connection.port)
            connection.sock = socket.create_connection(place, seconds)  # type: ignore[arg-type] # bytes are allowed
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
