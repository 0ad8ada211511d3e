"""A bare loop on command: ``bare_loop WAY BUNDLE``.

WAY is ``plain`` (the bare loop) or ``detector`` (the project's ``Detector``, called directly).
``{"photos": [FILE], "calls": N}`` is answered with the milliseconds of N calls; ``{"photos": FILES,
"seconds": S}`` with the calls, seconds and processor seconds of answering them in turn so long.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.harness.commands import commands, milliseconds, reply


def _answerer(way: str, bundle: Path) -> Callable[[bytes], object]:
    if way == "plain":
        from benchmarks.workers.plain_loop import PlainLoop

        return PlainLoop(bundle)
    from models.ssd.detector import Detector

    return Detector(bundle, pool_size=1).detect


def run(answer: Callable[[bytes], object], photos: list[bytes], seconds: float) -> dict[str, float]:
    """Calls, seconds and processor seconds of answering the photos in turn for a while."""
    calls, busy, began = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() - began < seconds:
        answer(photos[calls % len(photos)])
        calls += 1
    return {
        "calls": calls,
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - busy,
    }


def main(way: str, bundle: Path) -> None:
    """Serves commands until its input ends."""
    answer = _answerer(way, bundle)
    for command in commands():
        photos = [Path(photo).read_bytes() for photo in command["photos"]]
        if "calls" in command:
            reply(milliseconds(partial(answer, photos[0]), command["calls"]))
        else:
            reply(run(answer, photos, command["seconds"]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
