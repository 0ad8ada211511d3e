"""Calls with a clock: one at a time over a kept connection, and the first of a starting server."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.harness.address import Address
from benchmarks.harness.connection import Connection
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.plan import Plan
from benchmarks.harness.program import Program
from benchmarks.harness.rounds import Round, alternate

_WARM_CALLS = 20
_FIRST_SECONDS = 60.0
_PAUSE_SECONDS = 0.001


def p50(connection: Connection, address: Address, photo: Path, calls: int) -> float:
    """Median milliseconds of so many calls with one photo, every one answered with 200."""
    request, taken = address.request(photo.read_bytes()), []
    for _ in range(calls):
        began = time.perf_counter()
        response = connection.exchange(request)
        taken.append((time.perf_counter() - began) * 1e3)
        if response.status != 200:
            raise BenchmarkError(f"a call with {photo.name} was answered {response.status}")
    return statistics.median(taken)


def by_photo(
    plan: Plan, first: Callable[[Path, int], float], second: Callable[[Path, int], float]
) -> list[tuple[str, Round]]:
    """Rounds of two sides for each photo in turn, both warmed up before.

    Args:
        plan: Photos, rounds, and calls a round.
        first: Measures the side that is judged, with a photo and so many calls.
        second: Measures the other side.

    Returns:
        The photo's name and the round.
    """
    rounds = []
    for photo in plan.photos:
        first(photo, _WARM_CALLS)
        second(photo, _WARM_CALLS)
        sides = (partial(side, photo, plan.calls) for side in (first, second))
        rounds += [(photo.name, Round(*pair)) for pair in alternate(plan.rounds, *sides)]
    return rounds


def first_answer(
    port: int,
    request: bytes,
    began: float,
    program: Program | None = None,
    pause: float = _PAUSE_SECONDS,
) -> float:
    """Seconds until a starting server has answered a request with 200.

    Args:
        port: Where it will answer.
        request: A whole HTTP request.
        began: ``time.perf_counter()`` right before it was started.
        program: What was started, where it is a process of this machine.
        pause: Seconds between two attempts.

    Raises:
        BenchmarkError: It ended, or did not answer in time.
    """
    while time.perf_counter() - began < _FIRST_SECONDS and (program is None or program.alive):
        try:
            with Connection(port) as connection:
                if connection.exchange(request).status == 200:
                    return time.perf_counter() - began
        except OSError:
            pass
        time.sleep(pause)
    if program:
        raise BenchmarkError(f"{program.name} gave no answer: {program.last_line}")
    raise BenchmarkError(f"port {port} gave no answer within {_FIRST_SECONDS:g} s")
