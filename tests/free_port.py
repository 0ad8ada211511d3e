"""Ports for servers that cannot say which free one they took."""

import random
import socket
from pathlib import Path

_GIVEN = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LEAST, _MOST = 10_000, 65_535
# Not the module's own numbers: they may be the same in every process of a run.
_chance = random.SystemRandom()


def free_port():
    """A port of the loopback interface that nobody has.

    It is none of those that the system gives to whoever connects, or listens on any: between this
    answer and the start of the server for which it is, another test could have got it.
    """
    low, high = map(int, _GIVEN.read_text().split())
    outside = [*range(_LEAST, low), *range(high + 1, _MOST)]
    while True:
        port = _chance.choice(outside)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:  # somebody has it
                continue
        return port
