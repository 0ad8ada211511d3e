"""Carries the queue's clock from one run to the next."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import replace

from .clock import RunClock
from .records import Waiting
from .retry_after import LONGEST
from .store import Store

_SECONDS = 60.0
# Between two runs; a machine that was off for longer waited no longer.
_MOST_BETWEEN = 3_600.0
_log = logging.getLogger(__name__)


class Timekeeper:
    """Sets the clock at a start, and notes while something waits how late it is."""

    def __init__(self, clock: RunClock, store: Store, waits: Callable[[], int]) -> None:
        self._clock, self._store, self._waits = clock, store, waits
        self._task: asyncio.Task[None] | None = None

    async def start(self, age_seconds: float) -> None:
        """Go on from where the last run was; a wrong clock alone makes no call too old."""
        seen = await self._store.seen()
        if seen is not None:
            self._clock.resume(seen, min(_MOST_BETWEEN, age_seconds / 2))
        await self._note()
        self._task = asyncio.create_task(self._keep(), name="queue clock")

    async def close(self) -> None:
        """Note the last moment."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._note()

    def believed(self, waiting: Waiting) -> Waiting:
        """What was kept of an item, without what cannot be: ages below nothing, endless pauses."""
        now = self._clock.now()
        return replace(waiting, since=min(waiting.since, now), due=min(waiting.due, now + LONGEST))

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            if self._waits():
                await self._note()

    async def _note(self) -> None:
        try:
            await self._store.keep_seen(self._clock.seen())
        except sqlite3.Error as fault:  # the next start trusts an older note, that is all
            _log.debug("the queue's time could not be noted: %s", fault)
