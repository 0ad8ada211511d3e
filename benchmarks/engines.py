"""`python -m benchmarks.engines`: SSD-300 VGG16 on several engines, two threads each, in one run.

TensorFlow and LiteRT run bundles in the session that serves them; OpenVINO and ONNX Runtime run the
same network in their own forms. A call is timed from the tensor to the joined scores and offsets.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.bars import Finding
from benchmarks.engines_answers import difference
from benchmarks.engines_findings import Measured, finding, wrong
from benchmarks.engines_list import ENGINES, REFERENCE, Engine
from benchmarks.engines_prepare import FOLDER, prepared, remove
from benchmarks.engines_versions import versions
from benchmarks.engines_worker import EngineWorker
from benchmarks.errors import BenchmarkError
from benchmarks.machine import describe, headline
from benchmarks.neighbours import Neighbours, warning
from benchmarks.plan import SAMPLES, Plan
from benchmarks.results import document, write
from benchmarks.table import markdown, table
from benchmarks.worker import Worker
from models.ssd.nets.vgg16 import SIDE

PHOTO = SAMPLES / "astronaut.jpg"
_WARM_FIRST, _WARM = 5, 1
# Threads of the engine that ran last may spin for some milliseconds more.
_PAUSE_SECONDS = 0.2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the comparison.

    Args:
        argv: Flags; those of the command line when None.

    Returns:
        0, also when a bar is missed or an environment is missing; 1 when an engine failed.
    """
    flags = parser().parse_args(argv)
    plan = Plan(FOLDER / "litert_int8", rounds=9, calls=10)
    if flags.quick:
        plan = replace(plan, rounds=2, calls=3)
    engines = [each for each in ENGINES if not flags.only or _slug(each) in flags.only]
    about = {**describe(plan), "engines": versions()}
    _say(headline(about))
    if flags.fresh:
        remove(FOLDER)
    measured = Measured()
    products = _prepare(engines, measured)
    before = Neighbours.now()
    measure(plan, engines, products, measured)
    found = finding(measured, engines)
    share = before.share(Neighbours.now())
    content = document({**about, "others_share": share}, {"engines": found})
    file = write(content, str(about["date"]), "-engines")
    _print(flags, found, content)
    print(warning(share), f"written to {file}", sep="\n", file=sys.stderr)
    return int(measured.failed)


def parser() -> argparse.ArgumentParser:
    """The flags."""
    flags = argparse.ArgumentParser(
        prog="python -m benchmarks.engines",
        description="Measures SSD-300 VGG16 on several inference engines.",
        allow_abbrev=False,
    )
    names = [_slug(engine) for engine in ENGINES]
    flags.add_argument("--only", nargs="+", choices=names, metavar="ENGINE",
                       help=f"Only these of: {', '.join(names)}.")  # fmt: skip
    flags.add_argument("--quick", action="store_true", help="Little of everything; rough figures.")
    flags.add_argument("--fresh", action="store_true", help="Make the models anew first.")
    output = flags.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="Print JSON instead of the table.")
    output.add_argument("--markdown", action="store_true", help="Print the table as Markdown.")
    return flags


def measure(
    plan: Plan, engines: Sequence[Engine], products: Mapping[str, Path], measured: Measured
) -> None:
    """Starts every engine's worker, compares their answers, and lets them take turns.

    Args:
        plan: Rounds, and calls a round.
        engines: Those to measure.
        products: What each of them runs, by engine; one that is not here is left out.
        measured: What is seen goes here.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        np.save(folder / "pixels.npy", photo_pixels(PHOTO))
        workers: dict[str, Worker] = {}
        for engine in engines:
            if engine.name not in products:
                continue
            try:
                worker = stack.enter_context(EngineWorker(engine, products[engine.name]))
                _check(engine, worker, folder, measured)
                workers[engine.name] = worker
            except BenchmarkError as error:
                measured.leave_out(engine, error)
        measured.milliseconds.update(_take_turns(plan, workers))


def photo_pixels(photo: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A photo at the network's size, uint8 ``[1, H, W, 3]`` RGB."""
    pixels = cv2.imread(str(photo), cv2.IMREAD_COLOR_RGB)
    assert pixels is not None
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)[None]


def _prepare(engines: Sequence[Engine], measured: Measured) -> dict[str, Path]:
    """What each engine runs, by engine; those whose model cannot be made are left out."""
    products = {}
    for engine in engines:
        try:
            products[engine.name] = prepared(engine.product, _say)
        except BenchmarkError as error:
            measured.leave_out(engine, error)
    return products


def _check(engine: Engine, worker: Worker, folder: Path, measured: Measured) -> None:
    """Has the photo answered, compares the answer, and warms up.

    Raises:
        BenchmarkError: The worker ended, or its answer is another network's.
    """
    answer = folder / f"{_slug(engine)}.npz"
    worker.ask({"pixels": str(folder / "pixels.npy"), "answer": str(answer)})
    reference = folder / f"{_slug(REFERENCE)}.npz"
    if reference.exists():
        seen = difference(answer, reference)
        measured.differences[engine.name] = seen
        if reason := wrong(engine, seen):
            raise BenchmarkError(reason)
    worker.ask({"calls": 1, "warm": _WARM_FIRST})


def _take_turns(plan: Plan, workers: dict[str, Worker]) -> dict[str, list[float]]:
    """Milliseconds of each engine's median call, by round; the order moves on by one a round."""
    taken: dict[str, list[float]] = {name: [] for name in workers}
    names = list(workers)
    for index in range(plan.rounds if names else 0):
        start = index % len(names)
        for name in names[start:] + names[:start]:
            time.sleep(_PAUSE_SECONDS)
            calls: list[float] = workers[name].ask({"calls": plan.calls, "warm": _WARM})
            taken[name].append(statistics.median(calls))
    return taken


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _slug(engine: Engine) -> str:
    return engine.name.lower().replace(" ", "-")


def _print(flags: argparse.Namespace, found: Finding, content: dict[str, object]) -> None:
    if flags.json:
        print(json.dumps(content, indent=1))
    else:
        print(markdown(found.rows) if flags.markdown else table(found.rows))


if __name__ == "__main__":
    sys.exit(main())
