"""Calls a second over HTTP at concurrency 8, against one bare loop on every core.

The load generator runs on the same cores. What it takes is missing from the server and not from
the bare loops, so the figure that is held to the bar gives it back; the raw one stands beside it.
"""

import itertools
import os
import statistics
from dataclasses import dataclass

from benchmarks.accounting import cpu_seconds, family
from benchmarks.bars import Finding, Row, at_least, at_most
from benchmarks.load import Outcome, drive
from benchmarks.plan import Plan
from benchmarks.program import Program
from benchmarks.rounds import Round, alternate, median_ratio, spread
from benchmarks.watcher_program import WatcherProgram
from benchmarks.worker import Worker, bare_worker, names

_WARM_SECONDS = 1.0


@dataclass(frozen=True)
class Served:
    """A round of load on a server.

    Attributes:
        outcome: What the generator saw.
        cpu_seconds: What the server's processes used.
    """

    outcome: Outcome
    cpu_seconds: float

    def adjusted_rate(self, cores: int) -> float:
        """Calls a second if the generator's processor seconds were the server's to use.

        Args:
            cores: That both share.
        """
        generator = self.outcome.cpu_seconds / self.outcome.seconds
        return self.outcome.rate * cores / (cores - generator)

    @property
    def cpu_ms_per_call(self) -> float:
        """Processor milliseconds of the server for each call."""
        return self.cpu_seconds / self.outcome.calls * 1e3


@dataclass(frozen=True)
class Bare:
    """A round of bare loops, one on every core, at the same time.

    Attributes:
        rate: Calls a second of all of them.
        cpu_ms_per_call: Processor milliseconds of a call.
    """

    rate: float
    cpu_ms_per_call: float


def serve_load(program: Program, port: int, requests: list[bytes], plan: Plan) -> Served:
    """Loads a server for the plan's seconds; every call must be answered 200."""
    members = family(program.pid)
    before = cpu_seconds(members)
    outcome = drive(port, itertools.cycle(requests), plan.concurrency, plan.seconds)
    outcome.demand(200)
    return Served(outcome, cpu_seconds(members) - before)


def usable_cores() -> int:
    """Processors this process, and so everything it starts, may run on."""
    return len(os.sched_getaffinity(0))


def run_bare(workers: list[Worker], plan: Plan, seconds: float) -> Bare:
    """Runs all workers at once."""
    for worker in workers:
        worker.begin({"photos": names(plan.photos), "seconds": seconds})
    results = [worker.result() for worker in workers]
    calls = sum(result["calls"] for result in results)
    return Bare(
        rate=sum(result["calls"] / result["seconds"] for result in results),
        cpu_ms_per_call=sum(result["cpu_seconds"] for result in results) / calls * 1e3,
    )


def measure(plan: Plan) -> Finding:
    """Throughput and processor time a call, over those of the bare loops."""
    with WatcherProgram(plan) as watcher:
        watcher.wait_ready()
        requests = [watcher.address.request(photo.read_bytes()) for photo in plan.photos]
        port = watcher.address.port
        workers: list[Worker] = []
        try:
            workers.extend(bare_worker(plan, "plain") for _ in range(usable_cores()))
            drive(port, itertools.cycle(requests), plan.concurrency, _WARM_SECONDS)
            run_bare(workers, plan, _WARM_SECONDS)
            rounds = alternate(
                plan.rounds,
                lambda: serve_load(watcher, port, requests, plan),
                lambda: run_bare(workers, plan, plan.seconds),
            )
        finally:
            for worker in workers:
                worker.stop()
    return finding(rounds, usable_cores(), plan.concurrency)


def finding(rounds: list[tuple[Served, Bare]], cores: int, concurrency: int) -> Finding:
    """Rows and details of measured rounds.

    Args:
        rounds: Of the server and the bare loops.
        cores: Bare loops at once, and processors that server and generator shared.
        concurrency: Calls at once.
    """
    raw = [Round(served.outcome.rate, bare.rate) for served, bare in rounds]
    fair = [Round(served.adjusted_rate(cores), bare.rate) for served, bare in rounds]
    cpu = [Round(served.cpu_ms_per_call, bare.cpu_ms_per_call) for served, bare in rounds]
    title = f"HTTP calls/s at {concurrency} / {cores} bare loops"
    rows = (
        Row(title, median_ratio(fair), "", at_least(0.9), _note(fair, "calls/s")),
        Row(f"{title}, generator not counted", median_ratio(raw), "", None, _note(raw, "calls/s")),
        Row("CPU per call over HTTP / bare loop", median_ratio(cpu), "", at_most(1.15),
            _note(cpu, "ms")),
    )  # fmt: skip
    details: dict[str, object] = {
        "cores": cores,
        "rounds": [
            {
                "http_calls": served.outcome.calls,
                "http_seconds": served.outcome.seconds,
                "generator_cpu_seconds": served.outcome.cpu_seconds,
                "server_cpu_seconds": served.cpu_seconds,
                "bare_calls_per_second": bare.rate,
                "bare_cpu_ms_per_call": bare.cpu_ms_per_call,
            }
            for served, bare in rounds
        ],
    }
    return Finding(rows, details)


def _note(rounds: list[Round], unit: str) -> str:
    first = statistics.median(each.first for each in rounds)
    second = statistics.median(each.second for each in rounds)
    ratios = spread([each.ratio for each in rounds])
    return f"{first:.1f} {unit} / {second:.1f} {unit}; rounds {ratios}"
