"""`python -m benchmarks`: measures, prints one table with the bars, and writes JSON."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.comparisons import (
    appetite,
    cold_start,
    command_start,
    environment_size,
    folder_rate,
    from_zero,
    hostile_bodies,
    latency,
    library,
    memory_growth,
    original_way,
    replicas,
    siege,
    through_gateway,
    throughput,
    tile_costs,
)
from benchmarks.harness import command
from benchmarks.harness.bars import Finding, Row
from benchmarks.harness.errors import BenchmarkError, CannotMeasure
from benchmarks.harness.plan import Plan, quick
from models.ssd.bundle import DEFAULT_BUNDLE

COMPARISONS: dict[str, Callable[[Plan], Finding]] = {
    "latency": latency.measure,
    "throughput": throughput.measure,
    "predict": folder_rate.measure,
    "library": library.measure,
    "gateway": through_gateway.measure,
    "cold-start": cold_start.measure,
    "from-zero": from_zero.measure,
    "replicas": replicas.measure,
    "command": command_start.measure,
    "memory": memory_growth.measure,
    "size": environment_size.measure,
    "original": original_way.measure,
    "hostile": hostile_bodies.measure,
    "appetite": appetite.measure,
    "siege": siege.measure,
    "tiles": tile_costs.measure,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the comparisons asked for: 0, also when bars are missed; 1 when one failed."""
    flags = parser().parse_args(argv)
    plan = plan_of(flags)
    failed = False

    def measure() -> dict[str, Finding]:
        nonlocal failed
        findings = {}
        for name in flags.only or COMPARISONS:
            began = time.monotonic()
            try:
                findings[name] = COMPARISONS[name](plan)
            except BenchmarkError as error:
                row = Row(name, None, "", None, error.message)
                findings[name] = Finding((row,), {"error": error.message})
                failed |= not isinstance(error, CannotMeasure)
            command.say(f"{name}: {time.monotonic() - began:.0f} s")
        return findings

    return command.run(flags, plan, measure) or int(failed)


def parser() -> argparse.ArgumentParser:
    """The flags."""
    about = "Measures speed and memory against the bars of docs/performance.md."
    flags = command.parser("benchmarks", about, COMPARISONS)
    flags.add_argument("--many", type=int, metavar="N",
                       help="Calls for memory, bodies for hostile (10000).")  # fmt: skip
    flags.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE, metavar="DIR",
                       help="The model; by default the one that serves.")  # fmt: skip
    return flags


def plan_of(flags: argparse.Namespace) -> Plan:
    """How much the flags ask for."""
    bundle = flags.bundle.resolve()
    plan = quick(bundle) if flags.quick else Plan(bundle)
    return replace(plan, many=flags.many) if flags.many else plan


if __name__ == "__main__":
    sys.exit(main())
