"""The original tutorial's way against a call here.

There the network is rebuilt and its weights are restored on every call. That needs TensorFlow, so
it runs in .venv-train; without that environment it is skipped.
"""

import statistics
from collections.abc import Mapping

from benchmarks.bars import Finding, Row, at_least
from benchmarks.connection import Connection
from benchmarks.latency import http_latencies
from benchmarks.memory_growth import MEGABYTE
from benchmarks.plan import Plan
from benchmarks.program import ROOT
from benchmarks.rounds import Round, alternate, median_ratio, spread
from benchmarks.watcher_program import WatcherProgram
from benchmarks.worker import Worker, names

_TITLE = "the original way / a call here"
_PYTHON = ROOT / ".venv-train/bin/python"
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}
_CALLS = 20


def measure(plan: Plan) -> Finding:
    """Milliseconds of both ways, in turn."""
    if not _PYTHON.exists():
        note = "needs TensorFlow: `make train-env`, then again"
        return Finding((Row(_TITLE, None, "", at_least(15), note),), {})
    command = [str(_PYTHON), "-P", "-m", "benchmarks.original_worker"]
    photo = plan.photos[0]
    memories: list[int] = []

    def original() -> float:
        answer: Mapping[str, float] = worker.ask({"photos": names([photo])})
        memories.append(int(answer["rss"]))
        return answer["ms"]

    def here() -> float:
        return statistics.median(http_latencies(connection, watcher.address, photo, _CALLS))

    with WatcherProgram(plan) as watcher, Worker(command, _QUIET) as worker:
        watcher.wait_ready()
        with Connection(watcher.address.port) as connection:
            original()  # the first call starts TensorFlow's threads: not the way's fault
            here()
            rounds = [Round(*pair) for pair in alternate(plan.original_calls, original, here)]
    return finding(rounds, memories)


def finding(rounds: list[Round], memories: list[int]) -> Finding:
    """Rows and details of measured calls.

    Args:
        rounds: Milliseconds, the original way first.
        memories: Bytes the original's process held after each of its calls.
    """
    original = statistics.median(each.first for each in rounds)
    here = statistics.median(each.second for each in rounds)
    ratios = spread([each.ratio for each in rounds])
    growth = (memories[-1] - memories[0]) / MEGABYTE / (len(memories) - 1)
    note = (
        f"{original:.0f} ms, {growth:+.1f} MB a call / {here:.1f} ms over HTTP; rounds {ratios}; "
        "the same network in float32 TensorFlow, random weights"
    )
    details: dict[str, object] = {
        "milliseconds": [{"original": each.first, "here": each.second} for each in rounds],
        "original_rss_bytes": memories,
    }
    return Finding((Row(_TITLE, median_ratio(rounds), "", at_least(15), note),), details)
