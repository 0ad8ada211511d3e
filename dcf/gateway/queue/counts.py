"""Keeps how often functions were called, every other second; a disk that refuses is logged once."""

import asyncio
import logging
import sqlite3

from ..invocation_counts import InvocationCounts
from .store import Store

_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Counts:
    """The gateway's tally on the queue's disk."""

    def __init__(self, invocation_counts: InvocationCounts, store: Store) -> None:
        self._invocation_counts, self._store = invocation_counts, store
        self._task: asyncio.Task[None] | None = None
        self._told = False

    async def start(self) -> None:
        """Take up what was kept, and keep what comes."""
        self._invocation_counts.restore(await self._store.counts())
        self._task = asyncio.create_task(self._keep(), name="queue counts")

    async def close(self) -> None:
        """Keep the last of them."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._flush()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            await self._flush()

    async def _flush(self) -> None:
        changes = self._invocation_counts.changes()
        if not changes:
            return
        try:
            await self._store.keep_counts(changes)
            self._told = False
        except sqlite3.Error as fault:
            self._invocation_counts.tell_again(changes)
            if not self._told:
                self._told = True
                _log.warning("counts of calls cannot be kept for now: %s", fault)
