"""Hostile bodies and the dearest options against a real watcher: no 5xx, no crash, no growth."""

import itertools
import math
import random
from collections import Counter
from dataclasses import asdict

from benchmarks.bodies.hostile import Attack, attacks
from benchmarks.comparisons import option_costs
from benchmarks.harness.accounting import MEGABYTE, Memory, family, memory
from benchmarks.harness.bars import Finding, Row, at_most
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.load import Outcome, drive
from benchmarks.harness.plan import Plan
from benchmarks.harness.watcher_program import WatcherProgram

SEED = 20_260_101
_CONNECTIONS = 4
_STEPS = 10


def measure(plan: Plan) -> Finding:
    """Sends the bodies in ten steps; reads the memory after each. Then the dearest options."""
    stream = attacks(random.Random(SEED), plan.photos[0].read_bytes())
    outcomes: list[Outcome] = []
    readings: list[Memory] = []
    with WatcherProgram(plan) as watcher:
        watcher.wait_ready()
        for _ in range(_STEPS):
            batch = itertools.islice(stream, plan.many // _STEPS)
            requests = (_request(watcher, attack) for attack in batch)
            try:
                outcomes.append(drive(watcher.address.port, requests, _CONNECTIONS, math.inf))
            except OSError as error:
                raise BenchmarkError(f"the watcher is gone: {watcher.last_line}") from error
            readings.append(memory(family(watcher.pid)))
        alive = watcher.alive
        if not alive:
            return finding(outcomes, readings, alive)
        served = option_costs.measure(watcher, plan)
    bodies, large = finding(outcomes, readings, alive), option_costs.measure_large_network()
    return Finding(
        bodies.rows + option_costs.rows(served, large),
        {
            **bodies.details,
            "options": [asdict(cost) for cost in served],
            "large_network": [asdict(cost) for cost in large],
        },
    )


def _request(watcher: WatcherProgram, attack: Attack) -> bytes:
    return watcher.address.request(attack.body, attack.content_type, attack.query)


def finding(outcomes: list[Outcome], readings: list[Memory], alive: bool) -> Finding:
    """Rows and details: of each step its outcome and the memory after it."""
    statuses = sum((outcome.statuses for outcome in outcomes), Counter[int]())
    calls = sum(statuses.values())
    broken = sum(outcome.broken for outcome in outcomes)
    failed = sum(count for status, count in statuses.items() if status >= 500)
    slowest = max(max(outcome.latencies_ms) for outcome in outcomes)
    answers = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))
    growth = (readings[-1].rss - readings[0].rss) / MEGABYTE
    rows = (
        Row(f"{calls:,} hostile bodies: 5xx", failed, "", at_most(0), answers),
        Row("hostile bodies: crashes, calls without an answer", broken + (not alive), "",
            at_most(0), f"slowest answer {slowest:.0f} ms"),
        Row("hostile bodies: growth after the first tenth", growth, "MB", at_most(2),
            f"{readings[0].rss / MEGABYTE:.1f} MB, at the end {readings[-1].rss / MEGABYTE:.1f}"),
    )  # fmt: skip
    return Finding(
        rows,
        {
            "seed": SEED,
            "statuses": statuses,
            "broken": broken,
            "alive": alive,
            "slowest_ms": slowest,
            "rss_bytes": [each.rss for each in readings],
        },
    )
