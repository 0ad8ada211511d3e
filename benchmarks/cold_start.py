"""From exec to the first answer: the watcher over HTTP against a bare script, with the parts."""

import re
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.address import Address
from benchmarks.bars import Finding, Row, at_most
from benchmarks.connection import Connection
from benchmarks.errors import BenchmarkError
from benchmarks.plan import Plan
from benchmarks.program import ROOT, Program, plain_environment
from benchmarks.rounds import Round, alternate, median_ratio, spread
from benchmarks.watcher_program import WatcherProgram

_LIMIT_SECONDS = 60.0
_POLL_SECONDS = 0.001
_REPORT = re.compile(r"in ([\d.]+) s \(import ([\d.]+), build ([\d.]+), warm ([\d.]+)\)")


def first_answer(program: Program, address: Address, photo: bytes, began: float) -> float:
    """Seconds until a starting server has answered one photo.

    Args:
        program: Just started.
        address: Where it will answer.
        photo: A JPEG.
        began: ``time.perf_counter()`` right before it was started.

    Raises:
        BenchmarkError: It ended, or did not answer in time.
    """
    request = address.request(photo)
    while time.perf_counter() - began < _LIMIT_SECONDS and program.alive:
        try:
            with Connection(address.port) as connection:
                if connection.exchange(request).status == 200:
                    return time.perf_counter() - began
        except OSError:
            pass
        time.sleep(_POLL_SECONDS)
    raise BenchmarkError(f"{program.name} gave no answer: {program.last_line}")


def measure(plan: Plan) -> Finding:
    """Cold start over that of the bare script, and what it is made of."""
    parts: list[dict[str, float]] = []

    def watcher() -> float:
        began = time.perf_counter()
        with WatcherProgram(plan) as program:
            seconds = first_answer(program, program.address, plan.photos[0].read_bytes(), began)
            _wait_for_report(program)
            parts.append(split(program.log, seconds))
        return seconds

    def script() -> float:
        photo = str(plan.photos[0])
        return _seconds(plan, str(ROOT / "benchmarks/plain_loop.py"), str(plan.bundle), photo)

    watcher()  # once each without counting: files come into memory, imports get compiled
    script()
    parts.clear()
    rounds = [Round(*pair) for pair in alternate(plan.starts, watcher, script)]
    interpreter = statistics.median(_seconds(plan, "-c", "print()") for _ in range(plan.starts))
    return finding(rounds, parts, interpreter)


def _seconds(plan: Plan, *arguments: str) -> float:
    """Seconds until a script has written its first line."""
    began = time.perf_counter()
    process = subprocess.Popen(  # pylint: disable=consider-using-with # its output closes first
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
    """Parts of one cold start, from the watcher's start report.

    Args:
        log: What the watcher wrote.
        seconds: From exec to the first answer.

    Returns:
        Seconds by part; all but the last, which overlaps with the first call, sum up to
        ``seconds``.

    Raises:
        BenchmarkError: The report is not there.
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


def _wait_for_report(program: Program) -> None:
    """HTTP answers before gRPC's ports are open; the report comes after them."""
    end = time.perf_counter() + _LIMIT_SECONDS
    while not _REPORT.search(program.log) and time.perf_counter() < end and program.alive:
        time.sleep(_POLL_SECONDS * 10)


def finding(rounds: list[Round], parts: list[dict[str, float]], interpreter: float) -> Finding:
    """Rows and details of measured starts.

    Args:
        rounds: Seconds of watcher and script.
        parts: Of each of the watcher's starts, seconds by part.
        interpreter: Seconds of a Python that only prints.
    """
    watcher = statistics.median(each.first for each in rounds)
    script = statistics.median(each.second for each in rounds)
    ratios = spread([each.ratio for each in rounds])
    note = f"{watcher:.3f} s / {script:.3f} s; rounds {ratios}"
    rows = [Row("cold start / bare script", median_ratio(rounds), "", at_most(1.7), note)]
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
    details: dict[str, object] = {
        "seconds": [{"watcher": each.first, "script": each.second} for each in rounds],
        "parts": parts,
        "interpreter_seconds": interpreter,
    }
    return Finding(tuple(rows), details)
