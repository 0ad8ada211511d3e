"""What ordinary callers wait while sixteen others send the worst bodies of each kind."""

import math
from itertools import repeat

from benchmarks.harness.accounting import cpu_seconds, family
from benchmarks.harness.bars import Finding, Row, at_most
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.load import Outcome, drive
from benchmarks.harness.plan import Plan
from benchmarks.harness.watcher_program import WatcherProgram
from benchmarks.harness.worker import Worker
from benchmarks.workers.besiegers import FOES

_USERS = 3
# Seconds that are left to the calls under way when the siege ends: EXEC_TIMEOUT and a few.
_GRACE = 40.0


def measure(plan: Plan) -> Finding:
    """Calls alone, then beside the sixteen."""
    photo = plan.photos[0].read_bytes()
    seconds = max(5.0, plan.many / 10_000 * 60)
    with WatcherProgram(plan) as watcher:
        watcher.wait_ready()
        port, request = watcher.address.port, watcher.address.request(photo)
        alone = drive(port, repeat(request), _USERS, 3.0)
        with Worker(plan.python, ["benchmarks.workers.besiegers", str(port)]) as foes:
            foes.begin({"seconds": seconds})
            spent = cpu_seconds(family(watcher.pid))
            users = drive(port, repeat(request), _USERS, seconds)
            spent = cpu_seconds(family(watcher.pid)) - spent
            counts: dict[str, int] = foes.result(seconds + _GRACE)
        if not watcher.alive:
            raise BenchmarkError(f"the watcher is gone: {watcher.last_line}")
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
    return finding(alone, users, f"the others: {answers}; {spent:.0f} s of processor time")


def finding(alone: Outcome, users: Outcome, others: str) -> Finding:
    """Rows of ordinary calls, alone and beside the others."""
    refused = users.broken + sum(users.statuses.values()) - users.statuses[200]
    rows = (
        Row(f"ordinary callers beside {FOES} hostile: p99", _late(users), "ms", at_most(2000),
            f"p50 {_late(users, 0.5):.0f} ms; alone p50 {_late(alone, 0.5):.0f}, p99 "
            f"{_late(alone):.0f} ms; {users.calls} calls"),
        Row("ordinary callers: calls refused or lost", refused, "", at_most(0), others),
    )  # fmt: skip
    return Finding(rows, {"alone_ms": alone.latencies_ms, "users_ms": users.latencies_ms})


def _late(outcome: Outcome, share: float = 0.99) -> float:
    """The latency that a share of the calls stay below; NaN where there were none."""
    ordered = sorted(outcome.latencies_ms)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else math.nan
