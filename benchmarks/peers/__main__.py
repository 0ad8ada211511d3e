"""`python -m benchmarks.peers`: the watcher against other servers with the same network, one run.

The peers serve the float32 bundle the plain way: JPEG decoded at full size, plain numpy after it,
one worker process a core, as their documentation advises.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from benchmarks.harness import command
from benchmarks.harness.bars import Finding
from benchmarks.harness.errors import CannotMeasure
from benchmarks.harness.machine import versions
from benchmarks.harness.plan import Plan
from benchmarks.harness.watcher_program import WatcherProgram
from benchmarks.peers.contest import Contestant, compete
from benchmarks.peers.findings import FLOAT32, INT8, finding
from benchmarks.peers.program import PEERS, PYTHON, Peer, PeerProgram
from models.ssd.bundle import EMBEDDED

BUNDLES = {
    INT8: EMBEDDED / "ssdlite_mobilenet_v2_coco_int8",
    FLOAT32: EMBEDDED / "ssdlite_mobilenet_v2_coco",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the contest: 0, also when a bar is missed; 1 when it could not be measured."""
    packages = [peer.package for peer in PEERS]
    about = "Measures other servers beside the watcher."
    flags = command.parser("benchmarks.peers", about, packages).parse_args(argv)
    plan = Plan(BUNDLES[FLOAT32], rounds=5, calls=40, starts=5)
    if flags.quick:
        plan = replace(plan, rounds=2, calls=10, seconds=1.5, starts=1)
    wanted = [peer for peer in PEERS if not flags.only or peer.package in flags.only]
    installed = {"peers": versions(PYTHON, packages)}
    return command.run(flags, plan, lambda: {"peers": measure(plan, wanted)}, "peers", installed)


def measure(plan: Plan, peers: Sequence[Peer]) -> Finding:
    """The watcher, with every embedded bundle there is, and the peers."""
    if not PYTHON.exists():
        raise CannotMeasure("the peers are not installed: `make bench-peers` installs them")

    contestants = [
        Contestant(name, partial(WatcherProgram, replace(plan, bundle=path)))
        for name, path in BUNDLES.items()
        if path.is_dir()
    ]
    contestants += [Contestant(peer.name, partial(PeerProgram, peer, plan)) for peer in peers]
    return finding(compete(contestants, plan), plan.concurrency)


if __name__ == "__main__":
    sys.exit(main())
