"""Calls a second over HTTP at concurrency 8, against one bare loop on every core.

The load generator runs on the same cores. What it takes is missing from the server and not from
the bare loops, so the figure that is held to the bar gives it back; the raw one stands beside it.
"""

from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.comparisons.latency import bare_loop
from benchmarks.harness.bars import Finding, at_least, at_most
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, ratio_row
from benchmarks.harness.server_load import Served, serve_load
from benchmarks.harness.watcher_program import WatcherProgram
from benchmarks.harness.worker import Worker

_WARM_SECONDS = 1.0


@dataclass(frozen=True)
class Bare:
    """A round of bare loops, one on every core, at the same time.

    Attributes:
        rate: Calls a second of all of them.
        cpu_ms_per_call: Processor milliseconds of a call.
    """

    rate: float
    cpu_ms_per_call: float


def measure(plan: Plan) -> Finding:
    """Throughput and processor time a call, over those of the bare loops."""
    with WatcherProgram(plan) as watcher, ExitStack() as stack:
        watcher.wait_ready()
        requests = [watcher.address.request(photo.read_bytes()) for photo in plan.photos]
        workers = [stack.enter_context(bare_loop(plan, "plain")) for _ in range(usable_cores())]

        def served(seconds: float = plan.seconds) -> Served:
            return serve_load(watcher, watcher.address.port, requests, plan, seconds)

        served(_WARM_SECONDS)
        run_bare(workers, plan, _WARM_SECONDS)
        rounds = alternate(plan.rounds, served, lambda: run_bare(workers, plan, plan.seconds))
    return finding(rounds, usable_cores(), plan.concurrency)


def run_bare(workers: list[Worker], plan: Plan, seconds: float) -> Bare:
    """Runs all workers at once."""
    for worker in workers:
        worker.begin({"photos": [str(photo) for photo in plan.photos], "seconds": seconds})
    results = [worker.result() for worker in workers]
    calls = sum(result["calls"] for result in results)
    return Bare(
        rate=sum(result["calls"] / result["seconds"] for result in results),
        cpu_ms_per_call=sum(result["cpu_seconds"] for result in results) / calls * 1e3,
    )


def finding(rounds: list[tuple[Served, Bare]], cores: int, concurrency: int) -> Finding:
    """Rows and details: the server, and as many bare loops as the cores that it had."""
    raw = [Round(served.outcome.rate, bare.rate) for served, bare in rounds]
    fair = [Round(served.adjusted_rate(cores), bare.rate) for served, bare in rounds]
    cpu = [Round(served.cpu_ms_per_call, bare.cpu_ms_per_call) for served, bare in rounds]
    title = f"HTTP calls/s at {concurrency} / {cores} bare loops"
    rows = (
        ratio_row(title, fair, at_least(0.9), "calls/s", 1),
        ratio_row(f"{title}, generator not counted", raw, None, "calls/s", 1),
        ratio_row("CPU per call over HTTP / bare loop", cpu, at_most(1.15), "ms", 1),
    )
    return Finding(
        rows,
        {
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
        },
    )
