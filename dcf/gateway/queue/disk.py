"""What must be done on a disk that may refuse for a while: full, read-only, busy, failing.

What was found out is kept in memory by whoever waits here. One line tells when it begins and when
it is over, not one an attempt.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .body_file import LostBodyError
from .clock import Clock

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_END_SECONDS = 5.0
# These will be the same however often they are tried; everything else of a disk may pass.
_LASTING = (
    LostBodyError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.NotSupportedError,
    sqlite3.ProgrammingError,
)
_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)


class StillRefusedError(Exception):
    """The disk refused until the gateway's end."""


class Disk:
    """Tries again, with growing pauses, until it is done or the gateway ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ending = asyncio.Event()
        self._never = asyncio.Event()
        self._end = 0.0
        self._refused = 0

    async def insist(self, work: Callable[[], Awaitable[_Result]]) -> _Result:
        """Do it, however often that takes.

        Raises:
            StillRefusedError: It could not be done before the end.
            Exception: What would not go better another time.
        """
        try:
            return await work()
        except (OSError, sqlite3.Error) as fault:
            if isinstance(fault, _LASTING):
                raise
            self._begin(fault)
        try:
            return await self._again(work)
        finally:
            self._over()

    async def _again(self, work: Callable[[], Awaitable[_Result]]) -> _Result:
        pause = _FIRST_PAUSE
        while True:
            await self._pause(pause)
            try:
                return await work()
            except (OSError, sqlite3.Error) as fault:
                if isinstance(fault, _LASTING):
                    raise
                if self._ending.is_set() and self._clock.now() >= self._end:
                    raise StillRefusedError(str(fault)) from fault
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _pause(self, seconds: float) -> None:
        if self._ending.is_set():
            left = max(self._end - self._clock.now(), 0.0)
            await self._clock.wait(self._never, min(_FIRST_PAUSE, left))
        else:
            await self._clock.wait(self._ending, seconds)

    def end(self) -> None:
        """Try at once, go on for a few seconds, then give up."""
        self._end = self._clock.now() + _END_SECONDS
        self._ending.set()

    def _begin(self, fault: Exception) -> None:
        self._refused += 1
        if self._refused == 1:
            _log.warning(
                "the queue's disk refuses (%s): outcomes stay in memory and are written when it "
                "takes them",
                fault,
            )

    def _over(self) -> None:
        self._refused -= 1
        if not self._refused and not self._ending.is_set():
            _log.warning("the queue's disk takes changes again")
