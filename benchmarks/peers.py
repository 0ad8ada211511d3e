"""`python -m benchmarks.peers`: the watcher against other servers with the same network, one run.

The peers serve the float32 bundle the plain way: JPEG decoded at full size, plain numpy after it,
one worker process a core, as their documentation advises.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.address import Address
from benchmarks.bars import Finding, Row, at_least
from benchmarks.contest import Contestant, Score, compete
from benchmarks.errors import BenchmarkError, CannotMeasure
from benchmarks.machine import describe, headline
from benchmarks.memory_growth import MEGABYTE
from benchmarks.neighbours import Neighbours, warning
from benchmarks.peer_program import PEERS, PYTHON, Peer, PeerProgram
from benchmarks.plan import Plan
from benchmarks.program import Program
from benchmarks.results import document, write
from benchmarks.rounds import Round, median_ratio, spread
from benchmarks.table import markdown, table
from benchmarks.watcher_program import WatcherProgram
from models.ssd.bundle import EMBEDDED

FLOAT32 = EMBEDDED / "ssdlite_mobilenet_v2_coco"
INT8 = EMBEDDED / "ssdlite_mobilenet_v2_coco_int8"
BARS = {"watcher, int8": at_least(1.5), "watcher, float32": at_least(1.1)}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the contest.

    Args:
        argv: Flags; those of the command line when None.

    Returns:
        0, also when a bar is missed; 1 when it could not be measured.
    """
    flags = parser().parse_args(argv)
    plan = Plan(FLOAT32, rounds=5, calls=40, starts=5)
    if flags.quick:
        plan = replace(plan, rounds=2, calls=10, seconds=1.5, starts=1)
    about = describe(plan)
    print(headline(about), file=sys.stderr, flush=True)
    before = Neighbours.now()
    try:
        wanted = [peer for peer in PEERS if not flags.only or peer.package in flags.only]
        found = measure(plan, wanted)
        about["peers"] = versions()
    except BenchmarkError as error:
        print(f"benchmarks.peers: {error.message}", file=sys.stderr)
        return 1
    share = before.share(Neighbours.now())
    content = document({**about, "others_share": share}, {"peers": found})
    file = write(content, str(about["date"]), "-peers")
    if flags.json:
        print(json.dumps(content, indent=1))
    else:
        print(markdown(found.rows) if flags.markdown else table(found.rows))
    print(warning(share), f"written to {file}", sep="\n", file=sys.stderr)
    return 0


def parser() -> argparse.ArgumentParser:
    """The flags."""
    flags = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description="Measures other servers beside the watcher.",
        allow_abbrev=False,
    )
    names = [peer.package for peer in PEERS]
    flags.add_argument("--only", nargs="+", choices=names, metavar="PEER",
                       help=f"Only these of: {', '.join(names)}.")  # fmt: skip
    flags.add_argument("--quick", action="store_true", help="Little of everything; rough figures.")
    output = flags.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="Print JSON instead of the table.")
    output.add_argument("--markdown", action="store_true", help="Print the table as Markdown.")
    return flags


def measure(plan: Plan, peers: Sequence[Peer]) -> Finding:
    """The watcher, with every embedded bundle there is, and the peers.

    Raises:
        CannotMeasure: The peers are not installed.
    """
    if not PYTHON.exists():
        raise CannotMeasure("the peers are not installed: `make bench-peers` installs them")
    bundles = {"watcher, int8": INT8, "watcher, float32": FLOAT32}
    contestants = [_ours(name, plan, path) for name, path in bundles.items() if path.is_dir()]
    contestants += [_theirs(peer, plan) for peer in peers]
    return finding(compete(contestants, plan), plan.concurrency)


def versions() -> dict[str, str]:
    """Versions of the peers, as installed."""
    listed = subprocess.run(
        [PYTHON, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    installed = {each["name"].lower(): each["version"] for each in json.loads(listed.stdout)}
    return {peer.package: installed[peer.package] for peer in PEERS}


def _ours(name: str, plan: Plan, bundle: Path) -> Contestant:
    def start() -> tuple[Program, Address]:
        program = WatcherProgram(replace(plan, bundle=bundle))
        return program, program.address

    return Contestant(name, start)


def _theirs(peer: Peer, plan: Plan) -> Contestant:
    def start() -> tuple[Program, Address]:
        program = PeerProgram(peer, plan)
        return program, program.address

    return Contestant(peer.name, start)


def finding(scores: dict[str, Score], concurrency: int) -> Finding:
    """Rows and details of a contest.

    Args:
        scores: By name; names of ``BARS`` are ours, the others the peers'.
        concurrency: Calls at once where calls a second were counted.
    """
    theirs = [name for name in scores if name not in BARS]
    best = max(theirs, key=lambda name: statistics.median(scores[name].rates))
    rows = []
    for name, bar in BARS.items():
        if name not in scores:
            rows.append(Row(f"{name} / best peer", None, "", bar, "that bundle is not embedded"))
            continue
        pairs = zip(scores[name].rates, scores[best].rates, strict=True)
        rounds = [Round(*pair) for pair in pairs]
        note = f"calls/s at {concurrency}, best: {best}; rounds "
        note += spread([each.ratio for each in rounds])
        rows.append(Row(f"{name} / best peer", median_ratio(rounds), "", bar, note))
        large = [Round(*pair) for pair in zip(
            scores[name].large_rates, scores[best].large_rates, strict=True)]  # fmt: skip
        note = f"against the same peer; rounds {spread([each.ratio for each in large])}"
        rows.append(Row("  with a 12-megapixel photo", median_ratio(large), "", None, note))
    for name, score in scores.items():
        note = (
            f"{statistics.median(score.large_rates):.1f} with a 12-megapixel photo, "
            f"p50 {statistics.median(score.p50_ms):.1f} ms, {score.pss / MEGABYTE:.0f} MB, "
            f"CPU {statistics.median(score.cpu_ms):.1f} ms a call, "
            f"cold start {statistics.median(score.starts):.2f} s"
        )
        rows.append(Row(f"  {name}", statistics.median(score.rates), "calls/s", None, note))
    details: dict[str, object] = {
        name: {
            "calls_per_second": score.rates,
            "calls_per_second_12_megapixels": score.large_rates,
            "cpu_ms_per_call": score.cpu_ms,
            "p50_ms": score.p50_ms,
            "cold_start_seconds": score.starts,
            "pss_bytes": score.pss,
        }
        for name, score in scores.items()
    }
    return Finding(tuple(rows), details)


if __name__ == "__main__":
    sys.exit(main())
