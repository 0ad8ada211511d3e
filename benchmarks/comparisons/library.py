"""The library against the detector it wraps, in one process: a picture by its path, and a list."""

import time
from collections.abc import Callable, Sequence

from benchmarks.harness.bars import Finding, at_most
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, ratio_row
from dcf_detect import Detector
from models.ssd.detector import Detector as Engine

_LIST = 32
"""Pictures of a list: more than any machine works on at once."""


def measure(plan: Plan) -> Finding:
    """Milliseconds a picture: the library's over the detector's own, alone and in a list."""
    library, engine = Detector(plan.bundle), Engine(plan.bundle)
    many = [plan.photos[at % len(plan.photos)] for at in range(_LIST)]

    def whole(work: Callable[[], object], pictures: int) -> Callable[[], float]:
        return lambda: milliseconds_of(work, plan.seconds) / pictures

    one = alternate(
        plan.rounds,
        whole(lambda: library(plan.photos[0]), 1),
        whole(lambda: engine.detect(plan.photos[0].read_bytes()), 1),
    )
    batch = alternate(
        plan.rounds,
        whole(lambda: library(many), _LIST),
        whole(lambda: engine.detect_batch([photo.read_bytes() for photo in many]), _LIST),
    )
    return finding([Round(*pair) for pair in one], [Round(*pair) for pair in batch])


def milliseconds_of(work: Callable[[], object], seconds: float) -> float:
    """What a piece of work takes, over some seconds of it."""
    work()
    began, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds:
        work()
        count += 1
    return spent / count * 1e3


def finding(one: Sequence[Round], batch: Sequence[Round]) -> Finding:
    """The rows and details of both."""
    bar = at_most(1.1)
    rows = (
        ratio_row("library, a picture / detector", one, bar, "ms"),
        ratio_row("library, a list / detector's batch", batch, bar, "ms"),
    )
    details = {
        "picture": by_side(one, "library", "detector"),
        "list": by_side(batch, "library", "detector"),
    }
    return Finding(rows, details)
