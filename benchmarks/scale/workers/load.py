"""A load generator in a process of its own: two gateways at once need two of them.

``{"port": P, "paths": [...], "bytes": B, "calls": N, "concurrency": C}`` is answered with seconds,
and its own processor seconds.
"""

import itertools

from benchmarks.harness.address import Address
from benchmarks.harness.commands import commands, reply
from benchmarks.harness.load import drive

_MOST_SECONDS = 120.0


def main() -> None:
    """Answers until the input ends."""
    for asked in commands():
        port, body = asked["port"], b"x" * asked["bytes"]
        requests = [Address(port, each).request(body) for each in asked["paths"]]
        calls = itertools.islice(itertools.cycle(requests), asked["calls"])
        outcome = drive(port, calls, asked["concurrency"], _MOST_SECONDS)
        outcome.demand(200, 202)
        reply([outcome.seconds, outcome.cpu_seconds])


if __name__ == "__main__":
    main()
