"""`dcf function list`, from exec to its end, against a Python that does nothing."""

import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.bars import Finding, Row, at_most
from benchmarks.errors import BenchmarkError
from benchmarks.gateway_program import GatewayProgram
from benchmarks.plan import Plan
from benchmarks.program import plain_environment
from benchmarks.rounds import Round, alternate, median_ratio, spread

_RUNS = 5
"""Runs a round; their median counts."""
_LIMIT_SECONDS = 60.0


def measure(plan: Plan) -> Finding:
    """Seconds of the command over those of `python -c pass`."""
    with GatewayProgram(plan) as gateway:
        gateway.wait_ready()
        command = [str(Path(plan.python).with_name("dcf")), "function", "list"]
        command += ["--gateway", f"http://127.0.0.1:{gateway.address.port}"]
        nothing = [plan.python, "-c", "pass"]
        seconds_of(command)
        seconds_of(nothing)
        pairs = alternate(plan.starts, lambda: seconds_of(command), lambda: seconds_of(nothing))
        rounds = [Round(*pair) for pair in pairs]
    return finding(rounds)


def seconds_of(command: list[str]) -> float:
    """Median seconds of a command.

    Raises:
        BenchmarkError: It failed.
    """
    spent = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        done = subprocess.run(
            command,
            env=plain_environment(),
            capture_output=True,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
        spent.append(time.perf_counter() - began)
        if done.returncode:
            raise BenchmarkError(f"{' '.join(command[1:])} failed: {done.stderr.decode()[-200:]}")
    return statistics.median(spent)


def finding(rounds: list[Round]) -> Finding:
    """The row and details of measured rounds.

    Args:
        rounds: Seconds, the command first.
    """
    command = statistics.median(each.first for each in rounds) * 1e3
    nothing = statistics.median(each.second for each in rounds) * 1e3
    ratios = spread([each.ratio for each in rounds])
    note = f"{command:.0f} ms / {nothing:.0f} ms; rounds {ratios}"
    details: dict[str, object] = {
        "seconds": [{"command": each.first, "nothing": each.second} for each in rounds]
    }
    row = Row("dcf function list / python -c pass", median_ratio(rounds), "", at_most(8), note)
    return Finding((row,), details)
