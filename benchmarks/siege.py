"""What ordinary callers wait while sixteen others send the worst bodies of each kind."""

import math
import subprocess
import sys
import threading
from collections import Counter
from itertools import cycle, repeat

from benchmarks.accounting import cpu_seconds, family
from benchmarks.appetite_bodies import make
from benchmarks.bars import Finding, Row, at_most
from benchmarks.errors import BenchmarkError
from benchmarks.load import Outcome, drive
from benchmarks.plan import Plan
from benchmarks.program import ROOT
from benchmarks.watcher_program import WatcherProgram

FOES = 16
_USERS = 3
# Seconds that are left to the calls under way when the siege ends: EXEC_TIMEOUT and a few.
_GRACE = 40.0

_JPEG = {"width": 2800, "height": 2800, "frame": 1, "colors": 0, "refine": 1, "band": 62, "data": 0,
         "segments": 0, "sampling": 0}  # fmt: skip
_PNG = {"width": 9990, "height": 5000, "depth": 3, "color": 1, "interlace": 0, "filter": 0,
        "texts": 0, "chunks": 0}  # fmt: skip
_BLANK = {"alpha": 0, "frames": 0, "noise": 0, "lossless": 1, "sampling": 0}
_BATCH = {"form": 0, "count": 256, "side": 1, "format": 2, "padding": 0}
# The worst that was found of each kind: some are refused, some just pass.
BODIES = (
    ("jpeg", _JPEG | {"scans": 17_000}),
    ("jpeg", _JPEG | {"scans": 200, "width": 1800, "height": 1800}),
    ("jpeg", _JPEG | {"scans": 2, "width": 8000, "height": 6000, "data": 400_000}),
    ("jpeg", _JPEG | {"scans": 0, "segments": 1_000_000}),
    ("png", _PNG | {"color": 2}),
    ("png", _PNG | {"color": 4, "depth": 4}),
    ("png", _PNG | {"width": 1, "height": 49_900_000, "color": 0}),
    ("webp", _BLANK | {"width": 4000, "height": 3500}),
    ("webp", _BLANK | {"width": 7000, "height": 7000}),
    ("gif", {"width": 7000, "height": 7000, "frame": 6000, "blocks": 0}),
    ("tiff", {"width": 8000, "height": 6000, "mode": 6, "packing": 0, "strip": 16, "tags": 0}),
    ("avif", _BLANK | {"width": 5000, "height": 4000, "noise": 2000}),
    ("bmp", {"width": 6000, "height": 4000, "runs": 2_000_000, "operation": 1, "rle4": 0}),
    ("envelope", _BATCH),
    ("envelope", _BATCH | {"side": 2000, "format": 1}),
    ("envelope", _BATCH | {"form": 2, "padding": 4_000_000}),
    ("envelope", _BATCH | {"form": 3, "side": 300, "format": 0, "count": 300}),
)


def measure(plan: Plan) -> Finding:
    """Calls alone, then beside the sixteen."""
    photo = plan.photos[0].read_bytes()
    seconds = max(5.0, plan.many / 10_000 * 60)
    with WatcherProgram(plan) as watcher:
        watcher.wait_ready()
        request = watcher.address.request(photo)
        alone = drive(watcher.address.port, repeat(request), _USERS, 3.0)
        command = [plan.python, "-m", "benchmarks.siege", str(watcher.address.port), str(seconds)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as foes:
            assert foes.stdout
            foes.stdout.readline()
            spent = cpu_seconds(family(watcher.pid))
            users = drive(watcher.address.port, repeat(request), _USERS, seconds)
            spent = cpu_seconds(family(watcher.pid)) - spent
            told = foes.communicate(timeout=seconds + _GRACE)[0].strip()
        if not watcher.alive:
            raise BenchmarkError(f"the watcher is gone: {watcher.last_line}")
    return finding(alone, users, f"the others: {told}; {spent:.0f} s of processor time")


def finding(alone: Outcome, users: Outcome, told: str) -> Finding:
    """Rows of the two loads.

    Args:
        alone: Ordinary calls, before.
        users: Ordinary calls, meanwhile.
        told: What became of the others.
    """
    refused = users.broken + sum(users.statuses.values()) - users.statuses[200]
    rows = (
        Row(f"ordinary callers beside {FOES} hostile: p99", _late(users), "ms", at_most(2000),
            f"p50 {_late(users, 0.5):.0f} ms; alone p50 {_late(alone, 0.5):.0f}, p99 "
            f"{_late(alone):.0f} ms; {users.calls} calls"),
        Row("ordinary callers: calls refused or lost", refused, "", at_most(0), told),
    )  # fmt: skip
    return Finding(rows, {"alone_ms": alone.latencies_ms, "users_ms": users.latencies_ms})


def _late(outcome: Outcome, share: float = 0.99) -> float:
    """The latency that a share of the calls stay below; NaN where there were none."""
    ordered = sorted(outcome.latencies_ms)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else math.nan


def besiege(port: int, seconds: float) -> Counter[str]:
    """Sends the worst bodies over sixteen connections.

    Args:
        port: The server's.
        seconds: After which no further body is sent.

    Returns:
        Answers by status.
    """
    from benchmarks.address import Address

    requests = [Address(port).request(make(kind, genes)) for kind, genes in BODIES]
    print("made", flush=True)
    counts: Counter[str] = Counter()
    lock = threading.Lock()

    def foe(first: int) -> None:
        turns = cycle([*requests[first:], *requests[:first]])
        outcome = drive(port, turns, 1, seconds)
        with lock:
            counts.update({str(status): n for status, n in outcome.statuses.items()})
            counts.update({"closed": outcome.broken} if outcome.broken else {})

    threads = [threading.Thread(target=foe, args=(each % len(requests),)) for each in range(FOES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts


if __name__ == "__main__":
    found = besiege(int(sys.argv[1]), float(sys.argv[2]))
    print(", ".join(f"{status}: {count}" for status, count in sorted(found.items())))
