"""The queue on disk: calls, callbacks, what failed, and how often functions were called.

`queued_at` is the machine's time, to be shown. `since`, `due` and `failed_at` are the queue's own,
which goes on evenly from one run to the next: see `clock.py`.
"""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...errors import NotFound
from ...state.journal import Journal
from .clock import Clock, Seen
from .database import open_database
from .page import Page
from .records import Body, Item, Waiting, flow_of

_ITEM = (
    "seq, kind, call_id, function, target, callback, headers, size, body, file, queued_at, "
    "attempts, status, reason"
)
_TOLD = _ITEM.replace("headers", "'[]'").replace("body", "NULL")
_WAITING = "seq, kind, function, target, size, since, due"
_TRIM = (
    "DELETE FROM items WHERE seq IN (SELECT seq FROM (SELECT seq, row_number() OVER newest "
    "AS place, sum(size) OVER newest AS total FROM items WHERE failed_at IS NOT NULL "
    "WINDOW newest AS (ORDER BY failed_at DESC, seq DESC)) WHERE place > ? OR total > ?) "
    "RETURNING file"
)
_Base = sqlite3.Connection


class DamagedError(Exception):
    """An item that cannot be delivered, because its row cannot be read.

    Attributes:
        item: What is left of it, without headers and body.
    """

    def __init__(self, item: Item) -> None:
        super().__init__("its headers on the queue's disk are damaged")
        self.item = item


class Store:
    """Every change is on disk when its method returns.

    Attributes:
        aside: What the names of damaged files end with now; empty when there were none.
    """

    def __init__(self, path: Path, clock: Clock, accept_lost: bool = False) -> None:
        state = open_database(path, accept_lost)
        self.aside = state.aside
        self._journal, self._clock = Journal(state, "queue journal"), clock

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
        return await self._journal.do(lambda base: _insert(base, item, self._clock.now()))

    async def load(self, seq: int) -> Item | None:
        """One item; None when it is there no more; or `DamagedError`."""
        query = f"SELECT {_ITEM} FROM items WHERE seq = ?"  # noqa: S608 # words of our own
        row = await self._journal.do(lambda base: base.execute(query, (seq,)).fetchone())
        return _item(row) if row else None

    async def finish(self, seq: int, following: Item | None) -> int:
        """Forget an item and keep what waits in its place, as one; gives its number or 0."""

        def operation(base: _Base) -> int:
            base.execute("DELETE FROM items WHERE seq = ?", (seq,))
            return _insert(base, following, self._clock.now()) if following else 0

        return await self._journal.do(operation)

    async def postpone(self, item: Item, due: float) -> None:
        """Remember a failed attempt and when to make the next one."""
        change = "UPDATE items SET due = ?, attempts = ?, status = ?, reason = ? WHERE seq = ?"
        values = (due, item.attempts, item.status, item.reason, item.seq)
        await self._journal.do(lambda base: base.execute(change, values))

    async def fail(
        self, item: Item, notice: Item | None, most: int, most_bytes: int
    ) -> tuple[int, list[str]]:
        """Put an item on the failed list, keep a notice to post, and let the oldest make room.

        Args:
            item: With its attempts, status and reason.
            notice: What waits in its place.
            most: Items on the failed list.
            most_bytes: Of their bodies together.

        Returns:
            The notice's number or 0, and the files that no item names any more.
        """
        change = (
            "UPDATE items SET attempts = ?, failed_at = ?, status = ?, reason = ? WHERE seq = ?"
        )
        values = (item.attempts, self._clock.now(), item.status, item.reason, item.seq)

        def operation(base: _Base) -> tuple[int, list[str]]:
            base.execute(change, values)
            seq = _insert(base, notice, self._clock.now()) if notice else 0
            return seq, [name for (name,) in base.execute(_TRIM, (most, most_bytes))]

        return await self._journal.do(operation)

    async def failed(self) -> list[Item]:
        """The failed list, newest first, without bodies."""
        where = "WHERE failed_at IS NOT NULL ORDER BY failed_at DESC, seq DESC"
        query = f"SELECT {_TOLD} FROM items {where}"  # noqa: S608 # words of our own
        return await self._journal.do(lambda base: list(map(_item, base.execute(query))))

    async def listed(self, page: Page, running: frozenset[int]) -> list[tuple[Item, bool]]:
        """One page, without headers and bodies, and whether each failed."""
        which, values = page.condition(running)
        where = f"WHERE seq < ? AND {which} ORDER BY seq DESC LIMIT ?"
        query = f"SELECT {_TOLD}, failed_at IS NOT NULL FROM items {where}"  # noqa: S608 # words of our own
        marks = (page.before, *values, page.count)
        rows = await self._journal.do(lambda base: base.execute(query, marks).fetchall())
        return [(_item(row), bool(failed)) for *row, failed in rows]

    async def failed_count(self) -> int:
        """How long the failed list is."""
        query = "SELECT count(*) FROM items WHERE failed_at IS NOT NULL"
        return await self._journal.do(lambda base: int(base.execute(query).fetchone()[0]))

    async def replay(self, call_id: str) -> list[Waiting]:
        """Take a call off the failed list to be delivered as if it were new; or `NotFound`."""
        change = (
            "UPDATE items SET failed_at = NULL, attempts = 0, status = 0, reason = '', "
            "queued_at = ?, since = ?, due = ? WHERE call_id = ? AND failed_at IS NOT NULL "
            "RETURNING "
        )
        now = self._clock.now()
        values = (time.time(), now, now, call_id)
        rows = await self._journal.do(lambda base: list(base.execute(change + _WAITING, values)))
        return list(map(_waiting, _found(rows, call_id)))

    async def drop(self, call_id: str) -> list[str]:
        """Forget a failed call; gives its files; or `NotFound`."""
        change = "DELETE FROM items WHERE call_id = ? AND failed_at IS NOT NULL RETURNING file"
        rows = await self._journal.do(lambda base: list(base.execute(change, (call_id,))))
        return [name for (name,) in _found(rows, call_id)]

    async def seen(self) -> Seen | None:
        """The latest time that anything here tells of, by both clocks."""
        query = (
            "SELECT queue, wall FROM clock UNION ALL "
            "SELECT since, queued_at FROM items ORDER BY 1 DESC LIMIT 1"
        )
        row = await self._journal.do(lambda base: base.execute(query).fetchone())
        return Seen(*row) if row else None

    async def keep_seen(self, seen: Seen) -> None:
        """Remember how late it is."""
        change = "INSERT OR REPLACE INTO clock VALUES (1, ?, ?)"
        await self._journal.do(lambda base: base.execute(change, (seen.queue, seen.wall)))

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


def _insert(base: _Base, item: Item, now: float) -> int:
    values = (
        item.kind, item.call_id, item.function, item.target, item.callback,
        json.dumps(item.headers), item.body.size, item.body.data, item.body.file, item.queued_at,
        item.attempts, item.status, item.reason, now,
    )  # fmt: skip
    marks = "NULL" + ", ?" * len(values) + ", NULL, ?"
    done = base.execute(f"INSERT INTO items VALUES ({marks})", (*values, now))  # noqa: S608 # only marks
    assert done.lastrowid is not None
    return done.lastrowid


def _item(row: Sequence[Any]) -> Item:
    seq, kind, call_id, function, target, callback, headers, size, body, file, *rest = row
    item = Item(seq, kind, call_id, function, target, callback, (), Body(size, body, file), *rest)
    try:
        pairs = tuple((name, value) for name, value in json.loads(headers))
    except (ValueError, TypeError) as fault:
        raise DamagedError(item) from fault
    return replace(item, headers=pairs)


def _waiting(row: tuple[Any, ...]) -> Waiting:
    seq, kind, function, target, size, since, due = row
    return Waiting(seq, flow_of(kind, function, target), size, since, due)
