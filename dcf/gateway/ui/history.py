"""The last hour of every function's calls, in steps of ten seconds, in memory.

Nothing is added to a call's way: the counts that `/metrics` shows are looked at once a step, and
what came since goes into a ring. A percentile is read from a histogram's buckets, as Prometheus'
`histogram_quantile` does, so that the page and Grafana show the same.
"""

import asyncio
import time
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from itertools import accumulate

from aiohttp import web

from ..calls.metrics import FunctionTally, Metrics
from ..telemetry.exposition import BUCKETS
from .messages import Series

STEP = 10
STEPS = 360
_WIDTH = len(BUCKETS) + 1
_NONE = [0] * _WIDTH
_MOST = (1 << 16) - 1  # calls of one speed in one step: 6,500 a second, more than a gateway takes
_AT_ONCE = 50  # functions, in one turn of the loop: a thousand of them must not hold calls up


class _Ring:
    """One function's: what was counted in each of the last steps."""

    def __init__(self, tally: FunctionTally) -> None:
        self.tally = tally
        self._ended, self._failed, self._seen = 0, 0, array("Q", _NONE)
        self._counts = array("H", [0] * _WIDTH * STEPS)
        self._errors = array("H", [0] * STEPS)
        self._last = -1

    def take(self, step: int) -> None:
        """Put into a step what was counted since it was looked at last."""
        if self.tally.ended == self._ended:
            return
        for old in range(max(self._last, step - STEPS) + 1, step + 1):
            self._clear(old)
        self._last, place = max(self._last, step), step % STEPS
        counts, failed = self.tally.totals()
        for bucket, (now, before) in enumerate(zip(counts, self._seen, strict=True)):
            _add(self._counts, place * _WIDTH + bucket, now - before)
        _add(self._errors, place, failed - self._failed)
        self._ended, self._failed, self._seen = self.tally.ended, failed, array("Q", counts)

    def _clear(self, step: int) -> None:
        place = step % STEPS
        self._counts[place * _WIDTH : (place + 1) * _WIDTH] = array("H", _NONE)
        self._errors[place] = 0

    def told(self, first: int, end: int, width: int) -> Series:
        """Steps from `first` up to `end`, so many taken together."""
        series = Series([], [], [], [])
        for start in range(first, end, width):
            counts, errors = self._sums(start, start + width)
            series.calls.append(sum(counts))
            series.errors.append(errors)
            series.p50.append(percentile(counts, 0.5))
            series.p99.append(percentile(counts, 0.99))
        return series

    def _sums(self, first: int, end: int) -> tuple[list[int], int]:
        """Of the steps that are still known: calls by bucket, and errors."""
        first, end = max(first, self._last - STEPS + 1), min(end, self._last + 1)
        if first >= end:
            return _NONE, 0
        start, stop = first % STEPS, (end - 1) % STEPS + 1
        pieces = [(start, stop)] if start < stop else [(start, STEPS), (0, stop)]
        counts, errors = _NONE, 0
        for left, right in pieces:
            piece = self._counts[left * _WIDTH : right * _WIDTH]
            counts = [before + sum(piece[bucket::_WIDTH]) for bucket, before in enumerate(counts)]
            errors += sum(self._errors[left:right])
        return counts, errors


class History:
    """Of all functions of one gateway."""

    def __init__(
        self,
        metrics: Metrics,
        clock: Callable[[], float] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is known yet.

        Args:
            metrics: What is counted.
            clock: Gives seconds since 1970, and never goes back.
            pause: Waits so many of them.
        """
        self._metrics, self._clock, self._pause = metrics, clock or steady(), pause
        self._rings: dict[str, _Ring] = {}

    async def looking(self, _app: web.Application) -> AsyncIterator[None]:
        """Look as long as an application lives (aiohttp's `cleanup_ctx`)."""
        task = asyncio.create_task(self._look(), name="history")
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            step = self.now
            await self._pause((step + 1) * STEP - self._clock())
            await self.take(step)

    @property
    def now(self) -> int:
        """Number of the step that is under way."""
        return int(self._clock() // STEP)

    async def take(self, step: int) -> None:
        """Look at every function that was called."""
        names = self._metrics.names()
        for gone in self._rings.keys() - names:
            del self._rings[gone]
        for number, name in enumerate(names):
            self._take(name, step)
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)

    def _take(self, name: str, step: int) -> None:
        tally, ring = self._metrics.find(name), self._rings.get(name)
        if tally is None or not tally.ended:  # it never was called, or not since it is here again
            self._rings.pop(name, None)
            return
        if ring is None or ring.tally is not tally:
            ring = self._rings[name] = _Ring(tally)
        ring.take(step)

    async def told(
        self, names: Iterable[str], first: int, end: int, width: int
    ) -> dict[str, Series]:
        """What was counted of those of these functions that were ever called.

        Args:
            names: Of functions that are there.
            first: Number of the first step.
            end: Of the one behind the last.
            width: So many are taken together.
        """
        found: dict[str, Series] = {}
        for number, name in enumerate(names):
            self._take(name, self.now)
            if name in self._rings:
                found[name] = self._rings[name].told(first, end, width)
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
        return found


def steady() -> Callable[[], float]:
    """The time of day, as the clock of the machine had it at the start."""
    start = time.time() - time.monotonic()
    return lambda: start + time.monotonic()


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Milliseconds below which a share of calls was; None where there were none."""
    ends = list(accumulate(counts))
    if not ends[-1]:
        return None
    wanted = share * ends[-1]
    bucket = bisect_left(ends, wanted)
    if bucket == len(BUCKETS):  # it has no end
        return BUCKETS[-1] * 1000.0
    start = BUCKETS[bucket - 1] if bucket else 0.0
    before = ends[bucket - 1] if bucket else 0
    inside = (wanted - before) / counts[bucket]
    return round((start + (BUCKETS[bucket] - start) * inside) * 1000.0, 3)


def _add(counts: "array[int]", place: int, more: int) -> None:
    counts[place] = min(counts[place] + more, _MOST)
