"""The queue on disk: calls, callbacks, what failed, and how often functions were called."""

import json
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dcf.errors import CannotStart, NotFound
from dcf.gateway.queue.records import Again, Body, Failed, Item, Waiting, lane_of
from dcf.state.journal import Journal

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, call_id TEXT NOT NULL,
    function TEXT NOT NULL, target TEXT NOT NULL, callback TEXT NOT NULL, headers TEXT NOT NULL,
    size INTEGER NOT NULL, body BLOB, file TEXT NOT NULL, queued_at REAL NOT NULL,
    attempts INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL,
    due REAL NOT NULL, failed_at REAL
) STRICT;
CREATE INDEX IF NOT EXISTS items_failed ON items (failed_at) WHERE failed_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS calls (function TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
"""
_ITEM = (
    "seq, kind, call_id, function, target, callback, headers, size, body, file, queued_at, "
    "attempts, status, reason"
)
_WAITING = "seq, kind, function, target, size, queued_at, due"
_Base = sqlite3.Connection
_MUCH_ROOM = 16 << 20


class Store:
    """Every change is on disk when its method returns."""

    def __init__(self, path: Path) -> None:
        self._journal = Journal(_opened(path, _SCHEMA), "queue journal")

    async def close(self) -> None:
        """Finish what was begun and close the file."""
        await self._journal.close()

    async def waiting(self) -> list[Waiting]:
        """Everything that is to be delivered, oldest first."""
        where = "WHERE failed_at IS NULL ORDER BY seq"
        query = f"SELECT {_WAITING} FROM items {where}"  # noqa: S608 # words of our own
        return await self._journal.do(lambda base: list(map(_waiting, base.execute(query))))

    async def files(self) -> set[str]:
        """The names of all bodies that have a file."""
        query = "SELECT file FROM items WHERE file != ''"
        return await self._journal.do(lambda base: {name for (name,) in base.execute(query)})

    async def add(self, item: Item) -> int:
        """Keep an item; gives its number."""
        return await self._journal.do(lambda base: _insert(base, item))

    async def load(self, seq: int) -> Item:
        """One item."""
        query = f"SELECT {_ITEM} FROM items WHERE seq = ?"  # noqa: S608 # words of our own
        return await self._journal.do(lambda base: _item(base.execute(query, (seq,)).fetchone()))

    async def finish(self, seq: int, answer: Item | None) -> int:
        """Forget what was delivered and keep the answer to post, as one; gives its number or 0."""

        def operation(base: _Base) -> int:
            base.execute("DELETE FROM items WHERE seq = ?", (seq,))
            return _insert(base, answer) if answer else 0

        return await self._journal.do(operation)

    async def postpone(self, seq: int, due: float, again: Again) -> None:
        """Remember a failed attempt and when to make the next one."""
        change = "UPDATE items SET attempts = attempts + 1, due = ?, status = ?, reason = ? "
        values = (due, again.status, again.reason, seq)
        await self._journal.do(lambda base: base.execute(change + "WHERE seq = ?", values))

    async def fail(self, item: Item, failed: Failed, notice: Item | None) -> int:
        """Put an item on the failed list, and keep a notice to post; gives its number or 0."""
        change = (
            "UPDATE items SET attempts = ?, failed_at = ?, status = ?, reason = ? WHERE seq = ?"
        )
        values = (item.attempts, time.time(), failed.status, failed.reason, item.seq)

        def operation(base: _Base) -> int:
            base.execute(change, values)
            return _insert(base, notice) if notice else 0

        return await self._journal.do(operation)

    async def trim_failed(self, most: int, most_bytes: int) -> list[str]:
        """Forget the oldest failed items beyond a number or a size; gives their files."""
        query = (
            "DELETE FROM items WHERE seq IN (SELECT seq FROM (SELECT seq, row_number() OVER newest "
            "AS place, sum(size) OVER newest AS total FROM items WHERE failed_at IS NOT NULL "
            "WINDOW newest AS (ORDER BY failed_at DESC, seq DESC)) WHERE place > ? OR total > ?) "
            "RETURNING file"
        )
        return await self._journal.do(
            lambda base: [name for (name,) in base.execute(query, (most, most_bytes))]
        )

    async def failed(self) -> list[Item]:
        """The failed list, newest first, without bodies."""
        columns = _ITEM.replace("body", "NULL")
        where = "WHERE failed_at IS NOT NULL ORDER BY failed_at DESC, seq DESC"
        query = f"SELECT {columns} FROM items {where}"  # noqa: S608 # words of our own
        return await self._journal.do(lambda base: list(map(_item, base.execute(query))))

    async def failed_count(self) -> int:
        """How long the failed list is."""
        query = "SELECT count(*) FROM items WHERE failed_at IS NOT NULL"
        return await self._journal.do(lambda base: int(base.execute(query).fetchone()[0]))

    async def replay(self, call_id: str) -> list[Waiting]:
        """Take a call off the failed list to be delivered as if it were new; or `NotFound`."""
        change = (
            "UPDATE items SET failed_at = NULL, attempts = 0, status = 0, reason = '', "
            "queued_at = ?, due = ? WHERE call_id = ? AND failed_at IS NOT NULL "
            "RETURNING "
        )
        values = (time.time(), time.time(), call_id)
        rows = await self._journal.do(lambda base: list(base.execute(change + _WAITING, values)))
        return list(map(_waiting, _found(rows, call_id)))

    async def drop(self, call_id: str) -> list[str]:
        """Forget a failed call; gives its files; or `NotFound`."""
        change = "DELETE FROM items WHERE call_id = ? AND failed_at IS NOT NULL RETURNING file"
        rows = await self._journal.do(lambda base: list(base.execute(change, (call_id,))))
        return [name for (name,) in _found(rows, call_id)]

    async def counts(self) -> dict[str, int]:
        """How often each function was called."""
        query = "SELECT function, count FROM calls"
        return await self._journal.do(lambda base: dict(base.execute(query)))

    async def keep_counts(self, counts: Mapping[str, int]) -> None:
        """Keep changed counts; 0 forgets one."""

        def operation(base: _Base) -> None:
            base.executemany("INSERT OR REPLACE INTO calls VALUES (?, ?)", list(counts.items()))
            base.execute("DELETE FROM calls WHERE count = 0")

        await self._journal.do(operation)


def _found(rows: list[tuple[Any, ...]], call_id: str) -> list[tuple[Any, ...]]:
    if not rows:
        raise NotFound(f"no failed call {call_id}: `dcf queue list` shows them")
    return rows


def _insert(base: _Base, item: Item) -> int:
    values = (
        item.kind, item.call_id, item.function, item.target, item.callback,
        json.dumps(item.headers), item.body.size, item.body.data, item.body.file, item.queued_at,
        item.attempts, item.status, item.reason, item.queued_at,
    )  # fmt: skip
    marks = "NULL" + ", ?" * len(values) + ", NULL"
    done = base.execute(f"INSERT INTO items VALUES ({marks})", values)  # noqa: S608 # only marks
    assert done.lastrowid is not None
    return done.lastrowid


def _item(row: tuple[Any, ...]) -> Item:
    seq, kind, call_id, function, target, callback, headers, size, body, file, *rest = row
    pairs = tuple((name, value) for name, value in json.loads(headers))
    kept = Body(size, body, file)
    return Item(seq, kind, call_id, function, target, callback, pairs, kept, *rest)


def _waiting(row: tuple[Any, ...]) -> Waiting:
    seq, kind, function, target, size, queued_at, due = row
    return Waiting(seq, lane_of(kind, function, target), size, queued_at, due)


def _opened(path: Path, schema: str) -> sqlite3.Connection:
    try:
        base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        base.execute("PRAGMA locking_mode=EXCLUSIVE")
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        base.executescript(schema)
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
