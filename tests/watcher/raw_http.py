"""What is sent and read byte by byte, past every client that knows better."""

import json


def error_of(raw):
    """Status and error of a raw HTTP reply."""
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"Content-Type: application/json" in head
    return int(head.split(b" ")[1]), json.loads(body)["error"]["code"]


def read_all(connection):
    raw = b""
    while piece := connection.recv(65536):
        raw += piece
    return raw


def exchange(watcher, *pieces):
    """Sends pieces as far as the server takes them, then reads until it closes."""
    with watcher.socket() as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass  # refused while sending; the reply is what matters
        return read_all(connection)
