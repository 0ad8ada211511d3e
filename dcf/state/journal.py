"""A database and the one thread that uses it.

Operations that come while a transaction is being written to disk share the next one: a thousand
callers wait for a few disk flushes, not for a thousand, and none of them holds up the event loop.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from .state_file import StateFile

_MOST_TOGETHER = 512
_Result = TypeVar("_Result")


class _Job(NamedTuple):
    operation: Callable[[sqlite3.Connection], Any]
    future: asyncio.Future[Any]


class Journal:
    """Runs operations on a database; each is on disk when its `do` returns."""

    def __init__(self, state: StateFile, name: str) -> None:
        """Takes a database over.

        Args:
            state: From now on the journal's alone.
            name: Of the thread.
        """
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._state, self._base = state, state.base
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def do(self, operation: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run an operation in a transaction; what it raises is raised here."""
        future: asyncio.Future[_Result] = self._loop.create_future()
        self._jobs.put(_Job(operation, future))
        return await future

    async def close(self) -> None:
        """Finish what was asked, then close the file."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        going = True
        while going:
            batch, going = self._batch()
            if batch:
                self._commit(batch)
            if self._state.seconds_to_checkpoint == 0:
                self._state.checkpoint()
        self._state.close()

    def _batch(self) -> tuple[list[_Job], bool]:
        """Wait for a job and take what came beside it; the second is False at the end."""
        batch: list[_Job] = []
        with contextlib.suppress(queue.Empty):
            job = self._jobs.get(timeout=self._state.seconds_to_checkpoint)
            while job is not None:
                batch.append(job)
                if len(batch) == _MOST_TOGETHER:
                    break
                job = self._jobs.get_nowait()
            return batch, job is not None
        return batch, True

    def _commit(self, batch: list[_Job]) -> None:
        try:
            self._base.execute("BEGIN")  # nobody else is there, and what only reads needs no more
            before = self._base.total_changes
            results = [job.operation(self._base) for job in batch]
            is_change = self._base.total_changes != before
            if is_change:
                self._state.counted()
            self._base.execute("COMMIT")
        except Exception as fault:  # pylint: disable=broad-exception-caught # told to who waits
            with contextlib.suppress(sqlite3.Error):
                self._base.execute("ROLLBACK")
            if len(batch) == 1:
                self._loop.call_soon_threadsafe(_refuse, batch[0].future, fault)
            else:  # each alone, so that one that cannot be done takes no other with it
                for job in batch:
                    self._commit([job])
        else:
            if is_change:
                self._state.noted()
            self._loop.call_soon_threadsafe(_settle, batch, results)


def _settle(batch: list[_Job], results: list[Any]) -> None:
    for job, result in zip(batch, results, strict=True):
        if not job.future.done():
            job.future.set_result(result)


def _refuse(future: asyncio.Future[Any], fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)
