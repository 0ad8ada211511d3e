"""Bytes to a gateway, as no HTTP library would send them."""

import socket


def exchange(gateway, *pieces: bytes) -> bytes:
    """Everything that comes back until the other side ends the connection."""
    port = int(gateway.server.rest.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 20) as one:
        for piece in pieces:
            one.sendall(piece)
        got = b""
        while part := one.recv(65536):
            got += part
        return got
