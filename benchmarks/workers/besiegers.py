"""Sixteen callers who send the worst bodies: ``besiegers PORT``.

``{"seconds": S}`` is answered with the answers they got in that time, by status.
"""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from benchmarks.bodies.costly import WORST, make
from benchmarks.harness.address import Address
from benchmarks.harness.commands import commands, reply
from benchmarks.harness.load import drive

FOES = 16


def besiege(port: int, requests: list[bytes], seconds: float) -> Counter[str]:
    """Sends the requests over sixteen connections, each beginning with another one.

    Gives answers by status; ``closed`` for connections that ended without one.
    """

    def foe(first: int) -> Counter[str]:
        outcome = drive(port, cycle([*requests[first:], *requests[:first]]), 1, seconds)
        counts = Counter({str(status): count for status, count in outcome.statuses.items()})
        return counts + Counter(closed=outcome.broken)

    with ThreadPoolExecutor(FOES) as foes:
        return sum(foes.map(foe, (each % len(requests) for each in range(FOES))), Counter[str]())


def main(port: int) -> None:
    """Serves commands until its input ends."""
    requests = [Address(port).request(make(kind, genes)) for kind, genes in WORST]
    for command in commands():
        reply(besiege(port, requests, command["seconds"]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
