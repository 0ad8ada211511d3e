"""Servers in turn under the same load: calls a second, p50, memory, cold start of each."""

import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.accounting import family, memory
from benchmarks.address import Address
from benchmarks.cold_start import first_answer
from benchmarks.connection import Connection
from benchmarks.latency import http_latencies
from benchmarks.load import drive
from benchmarks.plan import Plan
from benchmarks.program import Program

_WARM_SECONDS = 1.0


@dataclass(frozen=True)
class Contestant:
    """A server of the contest.

    Attributes:
        name: As the table shows it.
        start: Starts it; the address is where it will answer.
    """

    name: str
    start: Callable[[], tuple[Program, Address]]


@dataclass
class Score:
    """What was measured of one contestant, by round.

    Attributes:
        rates: Calls a second at the plan's concurrency.
        p50_ms: Milliseconds of one call at a time.
        starts: Seconds from exec to the first answer.
        pss: Bytes of all its processes after the load, shared pages divided among their users.
    """

    rates: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    pss: int = 0


def compete(contestants: Sequence[Contestant], plan: Plan) -> dict[str, Score]:
    """Measures all contestants in turn, round by round.

    Args:
        contestants: Servers.
        plan: How much.

    Returns:
        Scores by name.
    """
    scores = {each.name: Score() for each in contestants}
    photo = plan.photos[0].read_bytes()
    for _ in range(plan.starts):
        for each in contestants:
            began = time.perf_counter()
            program, address = each.start()
            with program:
                scores[each.name].starts.append(first_answer(program, address, photo, began))
    with ExitStack() as stack:
        running = []
        for each in contestants:
            program, address = each.start()
            stack.enter_context(program)
            first_answer(program, address, photo, time.perf_counter())
            _rate(address, plan, _WARM_SECONDS)
            running.append((each.name, program, address))
        for index in range(plan.rounds):
            # Nobody is always the one who comes after the slowest.
            for name, _, address in (
                running[index % len(running) :] + running[: index % len(running)]
            ):
                scores[name].rates.append(_rate(address, plan, plan.seconds))
                scores[name].p50_ms.append(_p50(address, plan))
        for name, program, _ in running:
            scores[name].pss = memory(family(program.pid)).pss
    return scores


def _rate(address: Address, plan: Plan, seconds: float) -> float:
    requests = itertools.cycle([address.request(photo.read_bytes()) for photo in plan.photos])
    outcome = drive(address.port, requests, plan.concurrency, seconds)
    outcome.demand(200)
    return outcome.rate


def _p50(address: Address, plan: Plan) -> float:
    with Connection(address.port) as connection:
        return statistics.mean(
            statistics.median(http_latencies(connection, address, photo, plan.calls))
            for photo in plan.photos
        )
