"""One call over HTTP against the bare loop, call by call, one at a time."""

import statistics
from pathlib import Path

from benchmarks.harness.bars import Finding, at_most
from benchmarks.harness.calls import by_photo, p50
from benchmarks.harness.connection import Connection
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, ratio_row
from benchmarks.harness.watcher_program import WatcherProgram
from benchmarks.harness.worker import Worker

TITLES = {
    "plain": ("HTTP p50 / bare loop", at_most(1.10)),
    "detector": ("HTTP p50 / the project's Detector", None),
}


def measure(plan: Plan) -> Finding:
    """HTTP p50 over the p50 of both bare loops."""
    sides = {}
    with WatcherProgram(plan) as watcher:
        watcher.wait_ready()
        with Connection(watcher.address.port) as connection:

            def over_http(photo: Path, calls: int) -> float:
                return p50(connection, watcher.address, photo, calls)

            for way in TITLES:
                with bare_loop(plan, way) as worker:

                    def bare(photo: Path, calls: int, worker: Worker = worker) -> float:
                        command = {"photos": [str(photo)], "calls": calls}
                        return float(statistics.median(worker.ask(command)))

                    sides[way] = by_photo(plan, over_http, bare)
    return finding(sides)


def bare_loop(plan: Plan, way: str) -> Worker:
    """A worker that runs the bare loop (``plain``) or the project's detector (``detector``)."""
    return Worker(plan.python, ["benchmarks.workers.bare_loop", way, str(plan.bundle)])


def finding(sides: dict[str, list[tuple[str, Round]]]) -> Finding:
    """Rows and details: photo and round of each bare loop."""
    rows = tuple(
        ratio_row(title, [each for _, each in sides[way]], limit, "ms")
        for way, (title, limit) in TITLES.items()
    )
    return Finding(
        rows,
        {
            way: [
                {"photo": photo, "http_ms": each.first, "bare_ms": each.second}
                for photo, each in rounds
            ]
            for way, rounds in sides.items()
        },
    )
