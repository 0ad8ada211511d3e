"""The queue's time: it goes on evenly, whatever is done to the machine's clock.

Within a run nobody can set it. From one run to the next it believes the machine's clock as far as
that is plausible: not back, and not much forward. Calls that wait are neither held for two years
nor thrown away because a machine woke up with a wrong date.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """What the queue asks for the time, and waits by."""

    def now(self) -> float:
        """Seconds; about Unix time, but never set back or forward."""

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait for an event, so many seconds at most."""


@dataclass(frozen=True)
class Seen:
    """A moment.

    Attributes:
        queue: By the queue's clock.
        wall: By the machine's, Unix seconds.
    """

    queue: float
    wall: float


class RunClock:
    """Unix time as it was when this run began, carried on by a clock that nobody sets."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()

    def resume(self, seen: Seen, most: float) -> None:
        """Go on from an earlier run; the time between counts, from nothing to `most` seconds."""
        between = min(max(self._wall() - seen.wall, 0.0), most)
        self._offset = seen.queue + between - self._steady()

    def seen(self) -> Seen:
        """Now, by both clocks."""
        return Seen(self.now(), self._wall())

    def now(self) -> float:
        """See `Clock`."""
        return self._offset + self._steady()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """See `Clock`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
