"""Where a server answers: host, port and path; and ports that are free now."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """A server's address for calls.

    Attributes:
        port: TCP port on the loopback interface.
        path: Path of the calls, with a query or without.
    """

    port: int
    path: str = "/"

    def request(self, body: bytes, content_type: str = "image/jpeg", query: str = "") -> bytes:
        """A whole HTTP/1.1 request, to be sent as it is; the connection stays open."""
        head = (
            f"POST {self.path}{query} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("latin-1") + body

    def get(self) -> bytes:
        """The same for a GET without a body."""
        return f"GET {self.path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n\r\n".encode("latin-1")


def free_ports(count: int) -> tuple[int, ...]:
    """Lets the system choose distinct free TCP ports of the loopback interface."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return tuple(each.getsockname()[1] for each in sockets)
