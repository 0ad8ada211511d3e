"""`python -m benchmarks.finetuning --data DIR`: the embedded network before and after training.

Each fold is trained by `ssd train` without its pictures, exported by `ssd export`, and measured on
them; the detections of all folds are judged together. What is done already is kept: start it again.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.finetuning.folds import Fold, divide, write_learnt
from models.datasets.reading import read_data_set
from models.datasets.record import DataSet
from models.evaluation.annotations import annotated_images
from models.evaluation.precision import Found, Matches
from models.evaluation.resampling import OneSided, paired_draws
from models.evaluation.run import evaluate_in_turn
from models.ssd.bundle import open_bundle
from models.ssd.detector import Detector

ROOT = Path(__file__).parents[2]
BEFORE = ROOT / "models/ssd/bundles/ssdlite_mobilenet_v2_coco"
SIDES = ("before", "after")


def main(argv: Sequence[str] | None = None) -> int:
    """Trains, measures, and prints what a person asks first: is it worse?"""
    flags = _parser().parse_args(argv)
    data = read_data_set(flags.data)
    folds = divide(data, flags.folds, flags.seed, flags.out)
    found: dict[str, list[Found]] = {side: [] for side in SIDES}
    for number, fold in enumerate(folds, 1):
        print(f"fold {number} of {len(folds)}", file=sys.stderr, flush=True)
        for side, more in _found(fold, flags.config).items():
            found[side] += more
    print(report(data, found, flags.samples))
    return 0


def report(data: DataSet, found: dict[str, list[Found]], samples: int) -> str:
    """The figures of both sides over all pictures, and how sure their difference is."""
    images = annotated_images(data, open_bundle(BEFORE).labels)
    matches = {side: Matches(images, found[side]) for side in SIDES}
    lines = [f"{len(data.pictures)} pictures   mAP   AP50   AP75"]
    for side in SIDES:
        precision = matches[side].precision()
        lines.append(
            f"{side:<12} {precision.mean:>7.2f} {precision.at_50:>6.2f} {precision.at_75:>6.2f}"
        )
    after, before = matches["after"].judged(), matches["before"].judged()
    known = [at for at, each in enumerate(before) if each.objects.any()]
    drawn = paired_draws(
        [after[at] for at in known], [before[at] for at in known], samples, lambda _more: None
    )
    differs: OneSided = drawn.overall(0.95)
    lines.append(
        f"mAP differs by {differs.difference:+.2f} points, 90 % of {samples} draws of the "
        f"pictures lie in {differs.low:+.2f} .. {differs.high:+.2f}"
    )
    return "\n".join(lines)


def _found(fold: Fold, config: Path) -> dict[str, list[Found]]:
    """What the network finds in the held out pictures before and after, kept in a file."""
    kept = fold.folder / "found.json"
    if not kept.is_file():
        bundle = _trained(fold, config)
        detectors = [Detector(each, pool_size=1) for each in (BEFORE, bundle)]
        both = evaluate_in_turn(detectors, fold.held_out, lambda _more: None)
        found = {side: list(each.found) for side, each in zip(SIDES, both, strict=True)}
        part = kept.with_suffix(".part")
        part.write_text(json.dumps(found))
        part.replace(kept)
    known: dict[str, list[Found]] = json.loads(kept.read_text())
    return known


def _trained(fold: Fold, config: Path) -> Path:
    run, bundle = fold.folder / "run", fold.folder / "bundle"
    if bundle.exists():
        return bundle
    if (run / "checkpoint.npz").is_file():
        _ssd("train", "--resume", run)
    else:
        shutil.rmtree(run, ignore_errors=True)  # ended before there was anything to go on with
        _ssd("train", "--data", write_learnt(fold), "--out", run, "--config", config)
    _ssd("export", run, "--precision", "float32", "--out", bundle)
    return bundle


def _ssd(*words: object) -> None:
    command = [sys.executable, "-m", "models.commands", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, check=False)  # its progress goes to the terminal
    if done.returncode:
        sys.exit(f"ssd {words[0]} failed, see above")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.finetuning", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data set: COCO, VOC or YOLO")
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--config", type=Path, default=Path(__file__).parent / "train.yaml")
    parser.add_argument("--out", type=Path, default=ROOT / ".cache/bench-finetuning")
    parser.add_argument("--samples", type=int, default=2000, help="draws of the bootstrap")
    parser.add_argument("--seed", type=int, default=0, help="draws the folds")
    return parser


if __name__ == "__main__":
    sys.exit(main())
