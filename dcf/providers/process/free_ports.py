"""Ports that are free now; another program may still take one first, so a start is tried again."""

import socket
from contextlib import ExitStack


def free_ports(host: str, count: int) -> tuple[int, ...]:
    """Let the system choose distinct free TCP ports."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((host, 0))
        return tuple(each.getsockname()[1] for each in sockets)
