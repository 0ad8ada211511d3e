"""Servers in turn under the same load: calls a second, p50, memory, cold start of each."""

import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from benchmarks.accounting import family, memory
from benchmarks.address import Address
from benchmarks.cold_start import first_answer
from benchmarks.connection import Connection
from benchmarks.large_photo import large_photo
from benchmarks.latency import http_latencies
from benchmarks.plan import Plan
from benchmarks.program import Program
from benchmarks.throughput import Served, serve_load

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
        large_rates: The same with a photo of 12 megapixels, as a phone sends it.
        cpu_ms: Processor milliseconds of all its processes for each call with the sample photos.
        p50_ms: Milliseconds of one call at a time.
        starts: Seconds from exec to the first answer.
        pss: Bytes of all its processes after the load, shared pages divided among their users.
    """

    rates: list[float] = field(default_factory=list)
    large_rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
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
    large = large_photo(photo)
    for _ in range(plan.starts):
        for each in contestants:
            began = time.perf_counter()
            program, address = each.start()
            with program:
                scores[each.name].starts.append(first_answer(program, address, photo, began))
    with ExitStack() as stack:
        running = deque[_Running]()
        for each in contestants:
            program, address = each.start()
            stack.enter_context(program)
            first_answer(program, address, photo, time.perf_counter())
            running.append(_Running(program, address, scores[each.name]))
            running[-1].load([photo, large], replace(plan, seconds=_WARM_SECONDS))
        for _ in range(plan.rounds):
            for each_running in running:
                each_running.round(plan, large)
            running.rotate()  # nobody is always the one who comes after the slowest
        for each_running in running:
            each_running.score.pss = memory(family(each_running.program.pid)).pss
    return scores


@dataclass(frozen=True)
class _Running:
    program: Program
    address: Address
    score: Score

    def load(self, photos: Sequence[bytes], plan: Plan) -> Served:
        """Puts the plan's load on it."""
        requests = [self.address.request(photo) for photo in photos]
        return serve_load(self.program, self.address.port, requests, plan)

    def round(self, plan: Plan, large: bytes) -> None:
        """Measures it once."""
        served = self.load([photo.read_bytes() for photo in plan.photos], plan)
        self.score.rates.append(served.outcome.rate)
        self.score.cpu_ms.append(served.cpu_ms_per_call)
        self.score.large_rates.append(self.load([large], plan).outcome.rate)
        self.score.p50_ms.append(_p50(self.address, plan))


def _p50(address: Address, plan: Plan) -> float:
    with Connection(address.port) as connection:
        return statistics.mean(
            statistics.median(http_latencies(connection, address, photo, plan.calls))
            for photo in plan.photos
        )
