"""A call through the gateway against the same call to a watcher alone."""

import itertools
import statistics
from dataclasses import dataclass
from pathlib import Path

from benchmarks.address import Address
from benchmarks.bars import Finding, Row, at_least, at_most
from benchmarks.connection import Connection
from benchmarks.gateway_program import GatewayProgram
from benchmarks.latency import http_latencies
from benchmarks.load import drive
from benchmarks.plan import Plan
from benchmarks.rounds import Round, alternate, median_ratio, spread
from benchmarks.watcher_program import WatcherProgram

_WARM_CALLS = 20
_WARM_SECONDS = 1.0


@dataclass(frozen=True)
class Rounds:
    """Rounds of gateway first, watcher second.

    Attributes:
        p50_ms: Milliseconds of one call at a time, by photo and round.
        rates: Calls a second at the plan's concurrency.
    """

    p50_ms: list[Round]
    rates: list[Round]


def measure(plan: Plan) -> Finding:
    """p50 and throughput through the gateway over those of a watcher."""
    with GatewayProgram(plan) as gateway, WatcherProgram(plan) as watcher:
        gateway.wait_ready()
        watcher.wait_ready()
        rounds = Rounds(
            _latency(plan, gateway.address, watcher.address),
            _throughput(plan, gateway.address, watcher.address),
        )
    return finding(rounds, plan.concurrency)


def _latency(plan: Plan, gateway: Address, watcher: Address) -> list[Round]:
    rounds = []
    with Connection(gateway.port) as through, Connection(watcher.port) as direct:
        for photo in plan.photos:

            def by_gateway(calls: int = plan.calls, photo: Path = photo) -> float:
                return statistics.median(http_latencies(through, gateway, photo, calls))

            def alone(calls: int = plan.calls, photo: Path = photo) -> float:
                return statistics.median(http_latencies(direct, watcher, photo, calls))

            by_gateway(_WARM_CALLS)
            alone(_WARM_CALLS)
            rounds += [Round(*pair) for pair in alternate(plan.rounds, by_gateway, alone)]
    return rounds


def _throughput(plan: Plan, gateway: Address, watcher: Address) -> list[Round]:
    def rate(address: Address, seconds: float = plan.seconds) -> float:
        requests = itertools.cycle([address.request(each.read_bytes()) for each in plan.photos])
        outcome = drive(address.port, requests, plan.concurrency, seconds)
        outcome.demand(200)
        return outcome.rate

    rate(gateway, _WARM_SECONDS)
    rate(watcher, _WARM_SECONDS)
    pairs = alternate(plan.rounds, lambda: rate(gateway), lambda: rate(watcher))
    return [Round(*pair) for pair in pairs]


def finding(rounds: Rounds, concurrency: int) -> Finding:
    """Rows and details of measured rounds.

    Args:
        rounds: Gateway first, watcher second.
        concurrency: Calls at once where calls a second were counted.
    """
    rows = (
        Row("p50 through the gateway / watcher alone", median_ratio(rounds.p50_ms), "",
            at_most(1.2), _note(rounds.p50_ms, "ms")),
        Row(f"calls/s at {concurrency} through the gateway / watcher alone",
            median_ratio(rounds.rates), "", at_least(0.8), _note(rounds.rates, "calls/s")),
    )  # fmt: skip
    details: dict[str, object] = {
        "p50_ms": [{"gateway": each.first, "watcher": each.second} for each in rounds.p50_ms],
        "calls_per_second": [
            {"gateway": each.first, "watcher": each.second} for each in rounds.rates
        ],
    }
    return Finding(rows, details)


def _note(rounds: list[Round], unit: str) -> str:
    first = statistics.median(each.first for each in rounds)
    second = statistics.median(each.second for each in rounds)
    ratios = spread([each.ratio for each in rounds])
    return f"{first:.2f} {unit} / {second:.2f} {unit}; rounds {ratios}"
