"""Servers in turn under the same load: calls a second, p50, memory, cold start of each."""

import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.bodies.large_photo import large_photo
from benchmarks.harness.accounting import family, memory
from benchmarks.harness.calls import first_answer, p50
from benchmarks.harness.connection import Connection
from benchmarks.harness.plan import Plan
from benchmarks.harness.server_load import Served, serve_load
from benchmarks.harness.watcher_program import WatcherProgram
from benchmarks.peers.program import PeerProgram

_WARM_SECONDS = 1.0
Server = WatcherProgram | PeerProgram


@dataclass(frozen=True)
class Contestant:
    """A server of the contest.

    Attributes:
        name: As the table shows it.
        start: Starts it.
    """

    name: str
    start: Callable[[], Server]


@dataclass
class Score:
    """What was measured of one contestant, by round.

    Attributes:
        calls_per_second: Calls a second at the plan's concurrency.
        large_calls_per_second: The same with a photo of 12 megapixels, as a phone sends it.
        cpu_ms_per_call: Processor milliseconds of all its processes, with the sample photos.
        large_cpu_ms_per_call: The same with the photo of 12 megapixels.
        p50_ms: Milliseconds of one call at a time.
        cold_start_seconds: Seconds from exec to the first answer.
        pss_bytes: Of all its processes after the load, shared pages divided among their users.
    """

    calls_per_second: list[float] = field(default_factory=list)
    large_calls_per_second: list[float] = field(default_factory=list)
    cpu_ms_per_call: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    cold_start_seconds: list[float] = field(default_factory=list)
    pss_bytes: int = 0
    large_cpu_ms_per_call: list[float] = field(default_factory=list)


def compete(contestants: Sequence[Contestant], plan: Plan) -> dict[str, Score]:
    """Measures all contestants in turn, round by round; scores by name."""
    scores = {each.name: Score() for each in contestants}
    photo = plan.photos[0].read_bytes()
    large = large_photo(photo)
    for _ in range(plan.starts):
        for each in contestants:
            began = time.perf_counter()
            server = each.start()
            with server:
                scores[each.name].cold_start_seconds.append(_answered(server, photo, began))
    with ExitStack() as stack:
        running = deque[_Running]()
        for each in contestants:
            server = each.start()
            stack.enter_context(server)
            _answered(server, photo, time.perf_counter())
            running.append(_Running(server, scores[each.name], plan))
            running[-1].load([photo, large], _WARM_SECONDS)
        for _ in range(plan.rounds):
            for one in running:
                one.round(large)
            running.rotate()  # nobody is always the one who comes after the slowest
        for one in running:
            one.score.pss_bytes = memory(family(one.server.pid)).pss
    return scores


def _answered(server: Server, photo: bytes, began: float) -> float:
    return first_answer(server.address.port, server.address.request(photo), began, server)


@dataclass(frozen=True)
class _Running:
    server: Server
    score: Score
    plan: Plan

    def load(self, photos: Sequence[bytes], seconds: float | None = None) -> Served:
        """Puts the plan's load on it."""
        requests = [self.server.address.request(photo) for photo in photos]
        return serve_load(self.server, self.server.address.port, requests, self.plan, seconds)

    def round(self, large: bytes) -> None:
        """Measures it once."""
        served = self.load([photo.read_bytes() for photo in self.plan.photos])
        self.score.calls_per_second.append(served.outcome.rate)
        self.score.cpu_ms_per_call.append(served.cpu_ms_per_call)
        served = self.load([large])
        self.score.large_calls_per_second.append(served.outcome.rate)
        self.score.large_cpu_ms_per_call.append(served.cpu_ms_per_call)
        with Connection(self.server.address.port) as connection:
            each = [
                p50(connection, self.server.address, photo, self.plan.calls)
                for photo in self.plan.photos
            ]
        self.score.p50_ms.append(statistics.mean(each))
