"""One call over HTTP against the bare loop, call by call, one at a time."""

import statistics
import time
from pathlib import Path

from benchmarks.address import Address
from benchmarks.bars import Finding, Row, at_most
from benchmarks.connection import Connection
from benchmarks.errors import BenchmarkError
from benchmarks.plan import Plan
from benchmarks.rounds import Round, alternate, median_ratio, spread
from benchmarks.watcher_program import WatcherProgram
from benchmarks.worker import Worker, bare_worker, names

_WARM_CALLS = 20


def http_latencies(
    connection: Connection, address: Address, photo: Path, calls: int
) -> list[float]:
    """Milliseconds of each of so many calls with one photo.

    Raises:
        BenchmarkError: A call was not answered with 200.
    """
    request, taken = address.request(photo.read_bytes()), []
    for _ in range(calls):
        began = time.perf_counter()
        response = connection.exchange(request)
        taken.append((time.perf_counter() - began) * 1e3)
        if response.status != 200:
            raise BenchmarkError(f"a call with {photo.name} was answered {response.status}")
    return taken


def measure(plan: Plan) -> Finding:
    """HTTP p50 over the p50 of both bare loops."""
    with WatcherProgram(plan) as watcher:
        watcher.wait_ready()
        with Connection(watcher.address.port) as connection:
            sides = {}
            for way in ("plain", "detector"):
                with bare_worker(plan, way) as worker:
                    sides[way] = _compare(plan, connection, watcher.address, worker)
    return finding(sides)


def _compare(
    plan: Plan, connection: Connection, address: Address, worker: Worker
) -> list[tuple[str, Round]]:
    """Rounds of p50 in milliseconds, by photo: HTTP first, the worker second."""
    rounds = []
    for photo in plan.photos:

        def over_http(calls: int = plan.calls, photo: Path = photo) -> float:
            return statistics.median(http_latencies(connection, address, photo, calls))

        def bare(calls: int = plan.calls, photo: Path = photo) -> float:
            command = {"photos": names([photo]), "calls": calls}
            taken: list[float] = worker.ask(command)
            return statistics.median(taken)

        over_http(_WARM_CALLS)
        bare(_WARM_CALLS)
        rounds += [(photo.name, Round(*pair)) for pair in alternate(plan.rounds, over_http, bare)]
    return rounds


def finding(sides: dict[str, list[tuple[str, Round]]]) -> Finding:
    """Rows and details of measured rounds.

    Args:
        sides: Of each bare loop, ``plain`` and ``detector``: photo and round.
    """
    rows = []
    titles = {
        "plain": ("HTTP p50 / bare loop", at_most(1.10)),
        "detector": ("HTTP p50 / the project's Detector", None),
    }
    for way, (title, limit) in titles.items():
        rounds = [each for _, each in sides[way]]
        http = statistics.median(each.first for each in rounds)
        bare = statistics.median(each.second for each in rounds)
        ratios = spread([each.ratio for each in rounds])
        note = f"{http:.2f} ms / {bare:.2f} ms; rounds {ratios}"
        rows.append(Row(title, median_ratio(rounds), "", limit, note))
    details: dict[str, object] = {
        way: [
            {"photo": photo, "http_ms": each.first, "bare_ms": each.second}
            for photo, each in rounds
        ]
        for way, rounds in sides.items()
    }
    return Finding(tuple(rows), details)
