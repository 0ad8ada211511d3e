"""`python -m benchmarks`: measures, prints one table with the bars, and writes JSON."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import (
    appetite,
    cold_start,
    command_start,
    environment_size,
    hostile_bodies,
    latency,
    memory_growth,
    original_way,
    siege,
    through_gateway,
    throughput,
)
from benchmarks.bars import Finding, Row
from benchmarks.errors import BenchmarkError, CannotMeasure
from benchmarks.machine import describe, headline
from benchmarks.neighbours import Neighbours, warning
from benchmarks.plan import Plan, quick
from benchmarks.results import document, write
from benchmarks.table import markdown, table
from models.ssd.bundle import DEFAULT_BUNDLE

BENCHMARKS: dict[str, Callable[[Plan], Finding]] = {
    "latency": latency.measure,
    "throughput": throughput.measure,
    "gateway": through_gateway.measure,
    "cold-start": cold_start.measure,
    "command": command_start.measure,
    "memory": memory_growth.measure,
    "size": environment_size.measure,
    "original": original_way.measure,
    "hostile": hostile_bodies.measure,
    "appetite": appetite.measure,
    "siege": siege.measure,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmarks asked for.

    Args:
        argv: Flags; those of the command line when None.

    Returns:
        0, also when bars are missed; 1 when a benchmark could not be measured.
    """
    flags = parser().parse_args(argv)
    plan = plan_of(flags)
    about = describe(plan)
    print(headline(about), file=sys.stderr, flush=True)
    before, findings, failed = Neighbours.now(), {}, False
    for name in flags.only or BENCHMARKS:
        began = time.monotonic()
        try:
            findings[name] = BENCHMARKS[name](plan)
        except CannotMeasure as error:
            findings[name] = _nothing(name, error)
        except BenchmarkError as error:
            findings[name] = _nothing(name, error)
            failed = True
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    share = before.share(Neighbours.now())
    content = document({**about, "others_share": share}, findings)
    file = write(content, str(about["date"]))
    rows = [row for found in findings.values() for row in found.rows]
    if flags.json:
        print(json.dumps(content, indent=1))
    else:
        print(markdown(rows) if flags.markdown else table(rows))
    print(warning(share), f"written to {file}", sep="\n", file=sys.stderr)
    return int(failed)


def parser() -> argparse.ArgumentParser:
    """The flags."""
    flags = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures speed and memory against the bars of docs/performance.md.",
        allow_abbrev=False,
    )
    flags.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="NAME",
                       help=f"Only these of: {', '.join(BENCHMARKS)}.")  # fmt: skip
    flags.add_argument("--quick", action="store_true", help="Little of everything; rough figures.")
    flags.add_argument("--many", type=int, metavar="N",
                       help="Calls for memory, bodies for hostile (10000).")  # fmt: skip
    flags.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE, metavar="DIR",
                       help="The model; by default the one that serves.")  # fmt: skip
    output = flags.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="Print JSON instead of the table.")
    output.add_argument("--markdown", action="store_true", help="Print the table as Markdown.")
    return flags


def plan_of(flags: argparse.Namespace) -> Plan:
    """How much the flags ask for."""
    bundle = flags.bundle.resolve()
    plan = quick(bundle) if flags.quick else Plan(bundle)
    return replace(plan, many=flags.many) if flags.many else plan


def _nothing(name: str, error: BenchmarkError) -> Finding:
    return Finding((Row(name, None, "", None, error.message),), {"error": error.message})


if __name__ == "__main__":
    sys.exit(main())
