"""The queue's time: it goes on evenly, whatever is done to the machine's clock meanwhile."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """What the queue asks for the time, and waits by."""

    def now(self) -> float:
        """Seconds; about Unix time, but never set back or forward."""

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait for an event, so many seconds at most."""


class RunClock:
    """Unix time as it was when this run began, carried on by a clock that nobody sets."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._steady = steady
        self._offset = wall() - steady()

    def now(self) -> float:
        """See `Clock`."""
        return self._offset + self._steady()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """See `Clock`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
