"""A kept-alive HTTP/1.1 connection on a raw socket: little enough to cost next to nothing."""

import socket
from dataclasses import dataclass
from typing import Self

from benchmarks.harness.address import HOST
from benchmarks.harness.errors import BenchmarkError

_CHUNK = 1 << 18
_TIMEOUT = 60.0


@dataclass(frozen=True)
class Response:
    """One answer.

    Attributes:
        status: The HTTP status.
        body: The body.
        last: Whether the server closes the connection after it.
    """

    status: int
    body: bytes
    last: bool


class Connection:
    """One connection; one call at a time.

    Args:
        port: Of the loopback interface.

    Raises:
        OSError: Nobody listens there.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=_TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._socket.close()

    def fileno(self) -> int:
        """For selectors."""
        return self._socket.fileno()

    def send(self, request: bytes) -> None:
        """Sends a whole request."""
        self._socket.sendall(request)

    def receive(self) -> Response | None:
        """Reads what has come, waiting if nothing has.

        Returns:
            The answer once it is whole, until then None.

        Raises:
            ConnectionError: The server closed the connection before the answer was whole.
            BenchmarkError: The answer is of a kind that is not read here.
        """
        chunk = self._socket.recv(_CHUNK)
        if not chunk:
            raise ConnectionResetError("the server closed the connection")
        self._received += chunk
        return self._whole()

    def exchange(self, request: bytes) -> Response:
        """Sends a request and waits for its answer."""
        self.send(request)
        while (response := self.receive()) is None:
            pass
        return response

    def _whole(self) -> Response | None:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._received[:end]).lower()
        length = _header(head, b"content-length")
        if length is None:
            raise BenchmarkError("an answer has no Content-Length: this client reads no other")
        size = end + 4 + int(length)
        if len(self._received) < size:
            return None
        status = int(head[9:12])
        body = bytes(self._received[end + 4 : size])
        del self._received[:size]
        last = _header(head, b"connection") == b"close" or head.startswith(b"http/1.0")
        return Response(status, body, last)


def _header(head: bytes, name: bytes) -> bytes | None:
    start = head.find(b"\r\n" + name + b":")
    if start < 0:
        return None
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else None].strip()
