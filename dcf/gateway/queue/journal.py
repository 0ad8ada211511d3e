"""The queue's database and the one thread that uses it.

Operations that come while a transaction is being written to disk share the next one: a thousand
callers wait for a few disk flushes, not for a thousand, and none of them holds up the event loop.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from dcf.errors import CannotStart

_MOST_TOGETHER = 512
_MUCH_ROOM = 16 << 20
_Result = TypeVar("_Result")


class _Job(NamedTuple):
    operation: Callable[[sqlite3.Connection], Any]
    future: asyncio.Future[Any]


def _nothing(_base: sqlite3.Connection) -> None:
    """Where no older file needs to be carried over."""


class Journal:
    """Runs operations on a database; each is on disk when its `do` returns."""

    def __init__(
        self, path: Path, schema: str, carry_over: Callable[[sqlite3.Connection], None] = _nothing
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._base = _opened(path, schema, carry_over)
        self._thread = threading.Thread(target=self._work, name="queue journal", daemon=True)
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
        self._base.close()

    def _batch(self) -> tuple[list[_Job], bool]:
        """Wait for a job and take what came beside it; the second is False at the end."""
        batch: list[_Job] = []
        job = self._jobs.get()
        with contextlib.suppress(queue.Empty):
            while job is not None:
                batch.append(job)
                if len(batch) == _MOST_TOGETHER:
                    break
                job = self._jobs.get_nowait()
        return batch, job is not None

    def _commit(self, batch: list[_Job]) -> None:
        try:
            self._base.execute("BEGIN")  # nobody else is there, and what only reads needs no more
            results = [job.operation(self._base) for job in batch]
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
            self._loop.call_soon_threadsafe(_settle, batch, results)


def _settle(batch: list[_Job], results: list[Any]) -> None:
    for job, result in zip(batch, results, strict=True):
        if not job.future.done():
            job.future.set_result(result)


def _refuse(future: asyncio.Future[Any], fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)


def _opened(
    path: Path, schema: str, carry_over: Callable[[sqlite3.Connection], None]
) -> sqlite3.Connection:
    try:
        base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        base.execute("PRAGMA locking_mode=EXCLUSIVE")
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        base.executescript(schema)
        carry_over(base)
        _give_back_room(base)
    except sqlite3.Error as fault:
        raise CannotStart(
            f"the queue's database {path} cannot be used ({fault}): "
            "stop the gateway that has it, or set DCF_HOME"
        ) from fault
    return base


def _give_back_room(base: sqlite3.Connection) -> None:
    """Shrink a file that is mostly empty: a long queue's room is reused, but never given back."""
    free, pages, size = (
        base.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("freelist_count", "page_count", "page_size")
    )
    if free * size > _MUCH_ROOM and free > pages / 2:
        base.execute("VACUUM")
