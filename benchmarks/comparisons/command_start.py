"""`dcf function list`, from exec to its end, against a Python that does nothing."""

import statistics
import subprocess
import time
from functools import partial
from pathlib import Path

from benchmarks.harness.bars import Finding, at_most
from benchmarks.harness.environment import plain_environment
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.gateway_program import FunctionGateway
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, ratio_row

_RUNS = 5
"""Runs a round; their median counts."""
_LIMIT_SECONDS = 60.0


def measure(plan: Plan) -> Finding:
    """Seconds of the command over those of `python -c pass`."""
    with FunctionGateway(plan) as gateway:
        gateway.wait_ready()
        command = [str(Path(plan.python).with_name("dcf")), "function", "list"]
        command += ["--gateway", f"http://127.0.0.1:{gateway.port}"]
        sides = [partial(seconds_of, each) for each in (command, [plan.python, "-c", "pass"])]
        for side in sides:
            side()
        rounds = [Round(*pair) for pair in alternate(plan.starts, *sides)]
    return finding(rounds)


def seconds_of(command: list[str], runs: int = _RUNS) -> float:
    """Median seconds of so many runs of a command that does not fail."""
    spent = []
    for _ in range(runs):
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
    """The row and details of seconds, the command first."""
    shown = [Round(each.first * 1e3, each.second * 1e3) for each in rounds]
    row = ratio_row("dcf function list / python -c pass", shown, at_most(8), "ms", 0)
    return Finding((row,), {"seconds": by_side(rounds, "command", "nothing")})
