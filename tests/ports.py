"""Ports for programs that must be told one: nobody else gets them meanwhile."""

import contextlib
import socket


@contextlib.contextmanager
def held_ports(count):
    """So many free ports, held until the block ends for whoever listens with SO_REUSEADDR.

    One that was only looked for and let go is another program's a moment later, now and then.
    """
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(count):
            one = held.enter_context(socket.socket())
            for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
                one.setsockopt(socket.SOL_SOCKET, option, 1)
            one.bind(("", 0))
            ports.append(one.getsockname()[1])
        yield ports
