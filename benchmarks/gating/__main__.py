"""`python -m benchmarks.gating --data DIR`: prints a table of how often the gate passes."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.gating.processes import in_processes
from benchmarks.gating.retrained import Noise, Population, Retrainings
from benchmarks.gating.trials import Setting, run_trials
from models.datasets.reading import read_data_set
from models.evaluation.run import evaluate
from models.registry.gate.rules import Rules, read_rules
from models.ssd.bundle import DEFAULT_BUNDLE
from models.ssd.detector import Detector

_TOLD = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Records a model's detections, changes them, and judges what came of it."""
    flags = _parser().parse_args(argv)
    rules = read_rules(flags.rules) if flags.rules else Rules()
    data = read_data_set(flags.data)
    detector = Detector(DEFAULT_BUNDLE, pool_size=1)
    found = evaluate(detector, data, lambda _more: None).found
    noise = Noise(flags.logit, flags.edge)
    retrainings = Retrainings(data, found, detector.bundle.labels, flags.copies, noise, flags.seed)
    equal = retrainings.population()
    worse = retrainings.worse(flags.points, equal.precision)
    print(
        f"{len(data.pictures)} pictures, {flags.copies} answers to each; mAP {equal.precision:.2f} "
        f"and {worse.precision:.2f} (without {worse.dropped:.1%} of the detections); right about "
        f"{equal.right.mean():.1%} of the pictures\n"
        f"{'pictures':>8} {'candidate':>10} {'passed':>7} {'overall':>8} {'classes':>8} "
        f"{'golden':>7} {'lost':>6} {'mean':>6} {'s':>6}"
    )
    sides: dict[str, tuple[Population, Population]] = {
        "equal": (equal, equal), "worse": (worse, equal), "better": (equal, worse),
    }  # fmt: skip
    rows = [(pictures, name) for pictures in flags.pictures for name in sides]
    tasks = [(*each, flags.seed + at) for at, each in enumerate(rows, 1)]

    def row(task: tuple[int, str, int]) -> str:
        pictures, name, seed = task
        setting = Setting(pictures, flags.copies, rules, flags.samples)
        came = run_trials(
            *sides[name], setting, flags.retrainings, seed, lambda done: _say(pictures, name, done)
        )
        shares = " ".join(
            f"{came.refused[rule]:>{width}.1%}"
            for rule, width in (("overall", 8), ("classes", 8), ("golden", 7))
        )
        return (
            f"{pictures:>8} {name:>10} {came.passed:>7.1%} {shares} {came.lost:>6.1%} "
            f"{came.mean:>+6.2f} {came.spread:>6.2f}"
        )

    for line in in_processes(row, tasks):
        print(line, flush=True)
    return 0


def _say(pictures: int, name: str, done: int) -> None:
    """The rows are reckoned at the same time, and take minutes or hours."""
    if done and done % _TOLD == 0:
        print(f"{pictures} pictures, {name}: {done} done", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gating", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data set: COCO, VOC or YOLO")
    parser.add_argument("--rules", type=Path, help="gate.yaml; the defaults where none is named")
    parser.add_argument("--pictures", type=int, nargs="+", default=[500, 1000, 2000, 4000])
    parser.add_argument("--retrainings", type=int, default=200)
    parser.add_argument("--points", type=float, default=1.0, help="how much worse is worse")
    parser.add_argument("--samples", type=int, default=400, help="draws of each bootstrap")
    parser.add_argument("--copies", type=int, default=20, help="answers to each picture")
    parser.add_argument("--logit", type=float, default=0.5, help="noise of confidences")
    parser.add_argument("--edge", type=float, default=0.03, help="noise of boxes")
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    sys.exit(main())
