"""From exec to the first answer: the watcher over HTTP against a bare script, with the parts."""

import re
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.harness.bars import Finding, Row, at_most
from benchmarks.harness.calls import first_answer
from benchmarks.harness.environment import ROOT, plain_environment
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, ratio_row
from benchmarks.harness.watcher_program import READY_SECONDS, WatcherProgram

_LIMIT_SECONDS = 60.0
_REPORT = re.compile(r"in ([\d.]+) s \(import ([\d.]+), build ([\d.]+), warm ([\d.]+)\)")


def measure(plan: Plan) -> Finding:
    """Cold start over that of the bare script, and what it is made of."""
    parts: list[dict[str, float]] = []
    photo = plan.photos[0]

    def watcher() -> float:
        began = time.perf_counter()
        with WatcherProgram(plan) as program:
            request = program.address.request(photo.read_bytes())
            seconds = first_answer(program.address.port, request, began, program)
            # HTTP answers before gRPC's ports are open; the report comes after them.
            program.wait(lambda: _REPORT.search(program.log) is not None, READY_SECONDS)
            parts.append(split(program.log, seconds))
        return seconds

    def script() -> float:
        loop = ROOT / "benchmarks/workers/plain_loop.py"
        return _seconds(plan, str(loop), str(plan.bundle), str(photo))

    watcher()  # once each without counting: files come into memory, imports get compiled
    script()
    parts.clear()
    rounds = [Round(*pair) for pair in alternate(plan.starts, watcher, script)]
    interpreter = statistics.median(_seconds(plan, "-c", "print()") for _ in range(plan.starts))
    return finding(rounds, parts, interpreter)


def _seconds(plan: Plan, *arguments: str) -> float:
    """Seconds until a script has written its first line."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [plan.python, "-P", *arguments],
        env=plain_environment(),
        cwd=Path(plan.python).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
        seconds = time.perf_counter() - began
    if process.wait(_LIMIT_SECONDS) or not line:
        raise BenchmarkError(f"{' '.join(arguments)} ended with {process.returncode}")
    return seconds


def split(log: str, seconds: float) -> dict[str, float]:
    """Seconds by part of one cold start, from the watcher's start report.

    All but the last, which overlaps with the first call, sum up to the whole ``seconds``.
    """
    found = _REPORT.search(log)
    if not found:
        raise BenchmarkError("the watcher's start report has no parts: look at watcher.app.report")
    ready, imported, built, warmed = (float(number) for number in found.groups())
    return {
        "start and first call": seconds - imported - built - warmed,
        "handler import": imported,
        "model load": built,
        "first inference": warmed,
        "ready": ready,
    }


def finding(rounds: list[Round], parts: list[dict[str, float]], interpreter: float) -> Finding:
    """Rows and details: seconds of watcher and script, parts of each of the watcher's starts."""
    rows = [ratio_row("cold start / bare script", rounds, at_most(1.7), "s", 3)]
    notes = {
        "start and first call": f"interpreter {interpreter:.3f}, the watcher's own imports",
        "handler import": "numpy, cv2, Pillow, LiteRT, the detector",
        "model load": "digests verified, graph opened",
        "first inference": "before the ports open",
        "ready": "from the watcher's first line to every port open, gRPC's too, and the lock file",
    }
    for name, text in notes.items():
        seconds = statistics.median(part[name] for part in parts)
        rows.append(Row(f"  of it: {name}", seconds, "s", None, text))
    return Finding(
        tuple(rows),
        {
            "seconds": by_side(rounds, "watcher", "script"),
            "parts": parts,
            "interpreter_seconds": interpreter,
        },
    )
