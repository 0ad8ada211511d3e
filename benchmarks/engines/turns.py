"""The engines' workers side by side: each answer compared with the reference, then turns."""

import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np

from benchmarks.engines.answers import difference
from benchmarks.engines.catalogue import REFERENCE, Engine
from benchmarks.engines.findings import Measured, wrong
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.plan import SAMPLES, Plan
from benchmarks.harness.worker import Worker
from models.ssd.nets.vgg16 import SIDE

PHOTO = SAMPLES / "astronaut.jpg"
_WARM_FIRST, _WARM = 5, 1
# Threads of the engine that ran last may spin for some milliseconds more.
_PAUSE_SECONDS = 0.2


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
                worker = stack.enter_context(engine.start(products[engine.name]))
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


def _check(engine: Engine, worker: Worker, folder: Path, measured: Measured) -> None:
    """Has the photo answered, compares the answer, and warms up.

    Raises:
        BenchmarkError: The worker ended, or its answer is another network's.
    """
    answer = folder / f"{engine.slug}.npz"
    worker.ask({"pixels": str(folder / "pixels.npy"), "answer": str(answer)})
    reference = folder / f"{REFERENCE.slug}.npz"
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
