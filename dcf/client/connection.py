"""One HTTP exchange with a gateway, over the standard library alone: it starts fast."""

import http.client
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from dcf import __version__
from dcf.errors import GatewayUnreachable

SECONDS = 60.0
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Exchange(NamedTuple):
    """What is sent; `seconds` is the longest silence."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = NO_HEADERS
    seconds: float = SECONDS


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

    def send(self, exchange: Exchange) -> Answer:
        """Send a request and read the whole answer; raises `GatewayUnreachable`."""
        with self.open(exchange) as answer:
            return Answer(answer.status, answer.headers, answer.read())

    @contextmanager
    def open(self, exchange: Exchange) -> Iterator[http.client.HTTPResponse]:
        """Send a request and give the answer to be read as it comes."""
        connection: http.client.HTTPConnection | None = None
        try:
            connection = self._connected(exchange.seconds)
            sent = {"User-Agent": f"dcf/{__version__}", **exchange.headers}
            connection.request(
                exchange.method, self._parts.path + exchange.path, exchange.body, sent
            )
            yield connection.getresponse()
        except (OSError, http.client.HTTPException) as fault:
            raise GatewayUnreachable(
                f"no gateway answers at {self.address} ({fault}): "
                "start one with `dcf gateway start`, or name another with --gateway"
            ) from fault
        finally:
            if connection is not None:
                connection.close()

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
