"""A call with tiles against a plain one: processor time of the serving process, photo by photo."""

import itertools
from functools import partial

from benchmarks.bodies.large_photo import large_photo
from benchmarks.harness.accounting import cpu_seconds, family
from benchmarks.harness.bars import Finding, at_most
from benchmarks.harness.connection import Connection
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, ratio_row
from benchmarks.harness.watcher_program import WatcherProgram

BAR = at_most(5.5)
_WARM_CALLS = 10


def measure(plan: Plan) -> Finding:
    """Processor time of ``tiles=2`` and ``tiles=3`` over that of a plain call."""
    small = [photo.read_bytes() for photo in plan.photos]
    sets = {"": small, ", 12 megapixels": [large_photo(small[0])]}
    rounds: dict[str, list[Round]] = {}
    with WatcherProgram(plan) as watcher:
        watcher.wait_ready()
        with Connection(watcher.address.port) as connection:
            for (name, photos), tiles in itertools.product(sets.items(), (2, 3)):
                sides = [
                    partial(_spent, watcher, connection, photos, query)
                    for query in (f"?tiles={tiles}", "")
                ]
                for side in sides:
                    side(_WARM_CALLS)
                rounds[f"tiles={tiles}{name}"] = [
                    Round(*pair)
                    for pair in alternate(
                        plan.rounds, *(partial(side, plan.calls) for side in sides)
                    )
                ]
    return finding(rounds)


def _spent(
    watcher: WatcherProgram, connection: Connection, photos: list[bytes], query: str, calls: int
) -> float:
    """Milliseconds of processor time that a call takes, with the photos in turn."""
    requests = [watcher.address.request(photo, query=query) for photo in photos]
    members = family(watcher.pid)
    before = cpu_seconds(members)
    for index in range(calls):
        status = connection.exchange(requests[index % len(requests)]).status
        if status != 200:
            raise BenchmarkError(f"a call with {query or 'no options'} was answered {status}")
    return (cpu_seconds(members) - before) / calls * 1e3


def finding(rounds: dict[str, list[Round]]) -> Finding:
    """Rows and details: the rounds of each kind of call."""
    return Finding(
        tuple(
            ratio_row(
                f"processor time, {name} / plain",
                each,
                BAR if name.startswith("tiles=2") else None,
                "ms",
            )
            for name, each in rounds.items()
        ),
        {name: by_side(each, "tiles_ms", "plain_ms") for name, each in rounds.items()},
    )
