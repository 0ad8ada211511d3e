"""A call through the gateway against the same call to a watcher alone."""

from functools import partial

from benchmarks.harness.bars import Finding, at_least, at_most
from benchmarks.harness.calls import by_photo, p50
from benchmarks.harness.connection import Connection
from benchmarks.harness.gateway_program import FunctionGateway
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, ratio_row
from benchmarks.harness.server_load import serve_load
from benchmarks.harness.watcher_program import WatcherProgram

_WARM_SECONDS = 1.0


def measure(plan: Plan) -> Finding:
    """p50 and throughput through the gateway over those of a watcher."""
    with FunctionGateway(plan) as gateway, WatcherProgram(plan) as watcher:
        gateway.wait_ready()
        watcher.wait_ready()
        p50s = _latency(plan, gateway, watcher)
        return finding(p50s, _throughput(plan, gateway, watcher), plan.concurrency)


def _latency(plan: Plan, gateway: FunctionGateway, watcher: WatcherProgram) -> list[Round]:
    with (
        Connection(gateway.address.port) as through,
        Connection(watcher.address.port) as direct,
    ):
        rounds = by_photo(
            plan, partial(p50, through, gateway.address), partial(p50, direct, watcher.address)
        )
    return [each for _, each in rounds]


def _throughput(plan: Plan, gateway: FunctionGateway, watcher: WatcherProgram) -> list[Round]:
    def rate(program: FunctionGateway | WatcherProgram, seconds: float = plan.seconds) -> float:
        requests = [program.address.request(each.read_bytes()) for each in plan.photos]
        return serve_load(program, program.address.port, requests, plan, seconds).outcome.rate

    rate(gateway, _WARM_SECONDS)
    rate(watcher, _WARM_SECONDS)
    pairs = alternate(plan.rounds, partial(rate, gateway), partial(rate, watcher))
    return [Round(*pair) for pair in pairs]


def finding(p50s: list[Round], rates: list[Round], concurrency: int) -> Finding:
    """Rows and details: milliseconds and calls a second, gateway first, watcher second."""
    rows = (
        ratio_row("p50 through the gateway / watcher alone", p50s, at_most(1.2), "ms"),
        ratio_row(f"calls/s at {concurrency} through the gateway / watcher alone", rates,
                  at_least(0.8), "calls/s"),
    )  # fmt: skip
    return Finding(
        rows,
        {
            "p50_ms": by_side(p50s, "gateway", "watcher"),
            "calls_per_second": by_side(rates, "gateway", "watcher"),
        },
    )
