"""Memory of the serving process over many calls."""

import itertools
import math
from collections.abc import Iterator

from benchmarks.harness.accounting import MEGABYTE, Memory, family, memory
from benchmarks.harness.bars import Finding, Row, at_most
from benchmarks.harness.load import drive
from benchmarks.harness.plan import Plan
from benchmarks.harness.watcher_program import WatcherProgram

_STEPS = 10


def measure(plan: Plan) -> Finding:
    """Memory after all calls, and its growth since the first tenth of them."""
    with WatcherProgram(plan) as watcher:
        watcher.wait_ready()
        requests = [watcher.address.request(photo.read_bytes()) for photo in plan.photos]
        readings: list[tuple[int, Memory]] = [(0, memory(family(watcher.pid)))]
        for step in range(1, _STEPS + 1):
            batch: Iterator[bytes] = itertools.islice(
                itertools.cycle(requests), plan.many // _STEPS
            )
            outcome = drive(watcher.address.port, batch, plan.concurrency, math.inf)
            outcome.demand(200)
            calls = step * (plan.many // _STEPS)
            readings.append((calls, memory(family(watcher.pid))))
    return finding(readings)


def finding(readings: list[tuple[int, Memory]]) -> Finding:
    """Rows and details: calls so far and memory, before the first and after each tenth of them."""
    calls, last = readings[-1]
    first_calls, first = readings[1]
    rows = (
        Row(f"memory after {calls:,} calls (RSS)", last.rss / MEGABYTE, "MB", at_most(200),
            f"{readings[0][1].rss / MEGABYTE:.1f} MB before the first call"),
        Row(f"memory after {calls:,} calls (PSS)", last.pss / MEGABYTE, "MB", None,
            "what others share is divided"),
        Row(f"growth after the first {first_calls:,}", (last.rss - first.rss) / MEGABYTE, "MB",
            at_most(2), f"at {first_calls:,}: {first.rss / MEGABYTE:.1f} MB"),
    )  # fmt: skip
    return Finding(
        rows,
        {
            "readings": [
                {"calls": count, "rss_bytes": each.rss, "pss_bytes": each.pss}
                for count, each in readings
            ]
        },
    )
