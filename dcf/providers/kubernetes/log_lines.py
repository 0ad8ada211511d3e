"""Lines of pods' logs: read, put in order of time, and taken up again where reading broke off."""

import asyncio
import heapq
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

_OPENED_AT_ONCE = 16


@dataclass(frozen=True, slots=True, order=True)
class PodLine:
    """One line.

    Attributes:
        at: UTC, to the nanosecond: text order is time order.
        pod: The pod's name.
        text: Without the newline.
    """

    at: str
    pod: str
    text: str

    @property
    def timestamp(self) -> str:
        """RFC 3339, to the microsecond, as other providers' lines have it."""
        return f"{self.at[:26]}Z"


def pod_line(pod: str, raw: str) -> PodLine | None:
    """A line as the API gives it, with its time; None for one that has none."""
    stamp, _, text = raw.partition(" ")
    at = nanoseconds(stamp)
    return PodLine(at, pod, text.removesuffix("\r")) if at else None


def nanoseconds(stamp: str) -> str:
    """A time in one form; empty for what is none. A runtime may write its node's own zone."""
    moment, _, fraction = stamp.removesuffix("Z").partition(".")
    if stamp.endswith("Z") and len(moment) == len("2026-01-31T12:00:00"):
        return f"{moment}.{fraction[:9]:0<9}"
    try:
        found = datetime.fromisoformat(stamp).astimezone(UTC)
    except ValueError:
        return ""
    digits = fraction.partition("+")[0].partition("-")[0]
    return f"{found:%Y-%m-%dT%H:%M:%S}.{digits[:9]:0<9}"


class Place:
    """Up to where one pod's log was read. A line that came late is not lost by that."""

    def __init__(self, since: str = "") -> None:
        """Nothing was read; all before a time is of no interest."""
        self._from, self._known = since, 0  # lines of that very time that were read
        self._last, self._count, self._passed = since, 0, 0

    @property
    def since(self) -> str:
        """Where reading goes on, to the second, as the API takes it; empty for the beginning."""
        return f"{self._from[:19]}Z" if self._from else ""

    def again(self) -> None:
        """Reading begins again, from the second of the last line on."""
        self._from, self._known, self._passed = self._last, self._count, 0

    def is_new(self, line: PodLine) -> bool:
        """Whether a line was not read before; lines of one time differ by their count."""
        if line.at < self._from:
            return False
        if line.at == self._from:
            self._passed += 1
            if self._passed <= self._known:
                return False
        if line.at > self._last:
            self._last, self._count = line.at, 0
        self._count += line.at == self._last
        return True


async def in_order(streams: Sequence[AsyncGenerator[PodLine]]) -> AsyncIterator[PodLine]:
    """The lines of all, the oldest first; one line of each is held."""
    few = asyncio.Semaphore(_OPENED_AT_ONCE)

    async def first(stream: AsyncGenerator[PodLine]) -> PodLine | None:
        async with few:
            return await anext(stream, None)

    async with AsyncExitStack() as stack:
        for each in streams:
            await stack.enter_async_context(aclosing(each))
        begun = await asyncio.gather(*map(first, streams))
        heap = [(line, number) for number, line in enumerate(begun) if line]
        heapq.heapify(heap)
        while heap:
            line, number = heap[0]
            yield line
            following = await anext(streams[number], None)
            if following is None:
                heapq.heappop(heap)
            else:
                heapq.heapreplace(heap, (following, number))
