"""The original tutorial's way against a call here.

There the network is rebuilt and its weights are restored on every call. That needs TensorFlow, so
it runs in .venv-train; without that environment it is skipped.
"""

import statistics

from benchmarks.harness.accounting import MEGABYTE
from benchmarks.harness.bars import Finding, Row, at_least
from benchmarks.harness.calls import p50
from benchmarks.harness.connection import Connection
from benchmarks.harness.environment import ROOT
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, median_ratio, spread
from benchmarks.harness.watcher_program import WatcherProgram
from benchmarks.harness.worker import Worker

_TITLE = "the original way / a call here"
_PYTHON = ROOT / ".venv-train/bin/python"
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}
_CALLS = 20


def measure(plan: Plan) -> Finding:
    """Milliseconds of both ways, in turn."""
    if not _PYTHON.exists():
        note = "needs TensorFlow: `make train-env`, then again"
        return Finding((Row(_TITLE, None, "", at_least(15), note),), {})
    photo = plan.photos[0]
    memories: list[int] = []

    def original() -> float:
        answer = worker.ask({"photo": str(photo)})
        memories.append(int(answer["rss"]))
        return float(answer["ms"])

    def here() -> float:
        return p50(connection, watcher.address, photo, _CALLS)

    module = ["benchmarks.workers.original_way"]
    with WatcherProgram(plan) as watcher, Worker(_PYTHON, module, _QUIET) as worker:
        watcher.wait_ready()
        with Connection(watcher.address.port) as connection:
            original()  # the first call starts TensorFlow's threads: not the way's fault
            here()
            rounds = [Round(*pair) for pair in alternate(plan.original_calls, original, here)]
    return finding(rounds, memories)


def finding(rounds: list[Round], memories: list[int]) -> Finding:
    """The row and details: milliseconds, the original way first, and its bytes after each call."""
    original = statistics.median(each.first for each in rounds)
    here = statistics.median(each.second for each in rounds)
    growth = (memories[-1] - memories[0]) / MEGABYTE / (len(memories) - 1)
    note = (
        f"{original:.0f} ms, {growth:+.1f} MB a call / {here:.1f} ms over HTTP; "
        f"rounds {spread([each.ratio for each in rounds])}; "
        "the same network in float32 TensorFlow, random weights"
    )
    return Finding(
        (Row(_TITLE, median_ratio(rounds), "", at_least(15), note),),
        {
            "milliseconds": by_side(rounds, "original", "here"),
            "original_rss_bytes": memories,
        },
    )
