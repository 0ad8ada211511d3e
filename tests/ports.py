"""Ports for programs that must be given one: no other program gets it, however late it is taken.

A port that the system picked (port 0) and that was closed again may be any program's a moment
later. So these are outside of the range that the system picks from, and each process of this test
run has a part of its own.
"""

import itertools
import os
import socket

_FIRST, _PART, _PARTS = 16384, 1024, 15  # up to 31743; the system picks from 32768 on
_part = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _PARTS
# Another test run on this machine has the same parts, and most likely begins elsewhere in them.
_next = itertools.count(os.getpid())


def free_port():
    """Names a port of loopback that nobody listens on, another one each time."""
    for number in itertools.islice(_next, _PART):
        port = _FIRST + _part * _PART + number % _PART
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")
