"""Says after the first epoch whether the challenge's limits will hold, here and on its machine."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CORES = 10
"""Of the challenge's machine, beside one T4."""
_COST = {"ssdlite-mobilenet-v2": 1.0, "ssd300-vgg16": 40.0}
"""Multiplications of a picture, SSDLite's being 1 (docs/training.md)."""
_TIMED = 4
"""Pictures for each processor whose time is taken."""


@dataclass(frozen=True)
class Machine:
    """The challenge's machine, compared with this one.

    Attributes:
        factor: How many times as fast it is.
        why: Where that comes from.
    """

    factor: float
    why: str


def cores_here() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine(factor: float | None) -> Machine:
    """The challenge's machine by a factor that was measured, else by its cores alone."""
    if factor is not None:
        return Machine(factor, f"factor {factor:g} of --factor")
    here = cores_here()
    return Machine(CORES / here, f"{CORES} cores for the {here} here, its T4 not counted: --factor")


def seconds_a_picture(pictures: list[Path]) -> float:
    """What a test picture will take, by the embedded SSDLite on all processors."""
    from dcf_detect import Detector

    detector, cores = Detector(threads=cores_here()), cores_here()
    detector(pictures[0])
    timed = [pictures[at % len(pictures)] for at in range(_TIMED * cores)]
    started = time.monotonic()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(detector, timed))
    return (time.monotonic() - started) / len(timed)


def of_training(run: Path, epochs: int, limit: float, other: Machine) -> list[str]:
    """The lines about training, once an epoch is measured; none before."""
    figures = [json.loads(line) for line in (run / "figures.jsonl").read_text().splitlines()]
    if not figures:
        return []
    seconds, done = figures[-1]["seconds"], figures[-1]["epoch"]
    if len(figures) > 1:  # of a run that was gone on with: the last epochs are this machine's
        each = (seconds - figures[-2]["seconds"]) / max(1, done - figures[-2]["epoch"])
    else:
        each = seconds / max(1, done)
    whole = seconds + each * (epochs - done)
    return _lines(f"training, {epochs} epochs", whole, limit, other)


def cost(network: str, precision: str) -> float:
    """What a picture costs the trained network, the embedded int8 SSDLite's being 1."""
    return _COST[network] * (2 if precision == "float32" else 1)


def of_prediction(pictures: int, each: float, limit: float, other: Machine) -> list[str]:
    """The lines about prediction, from the seconds that a picture takes."""
    return _lines(f"prediction, {pictures:,} pictures", pictures * each, limit, other)


def _lines(what: str, seconds: float, limit: float, other: Machine) -> list[str]:
    there = seconds / other.factor
    return [
        f"estimate: {what}: here {_clock(seconds)}, {_verdict(seconds, limit)}",
        f"estimate: {what}: on the challenge's machine {_clock(there)}, {_verdict(there, limit)} "
        f"({other.why})",
    ]


def _verdict(seconds: float, limit: float) -> str:
    return f"{'within' if seconds <= limit else 'OVER'} the limit of {_clock(limit)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
