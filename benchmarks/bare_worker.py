"""The program that runs a bare loop on command: ``bare_worker WAY BUNDLE``.

It reads one JSON command a line and answers one JSON value a line; between commands it sleeps, so
that it can take turns with a server. WAY is ``plain`` (the bare loop) or ``detector`` (the
project's ``Detector``, called directly).
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def _answerer(way: str, bundle: Path) -> Callable[[bytes], object]:
    if way == "plain":
        from benchmarks.plain_loop import PlainLoop

        return PlainLoop(bundle)
    from models.ssd.detector import Detector

    return Detector(bundle, pool_size=1).detect


def _latencies(answer: Callable[[bytes], object], photo: bytes, calls: int) -> list[float]:
    """Milliseconds of each of so many calls."""
    taken = []
    for _ in range(calls):
        began = time.perf_counter()
        answer(photo)
        taken.append((time.perf_counter() - began) * 1e3)
    return taken


def _run(
    answer: Callable[[bytes], object], photos: list[bytes], seconds: float
) -> dict[str, float]:
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
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        photos = [Path(photo).read_bytes() for photo in command["photos"]]
        reply: object
        if "calls" in command:
            reply = _latencies(answer, photos[0], command["calls"])
        else:
            reply = _run(answer, photos, command["seconds"])
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
