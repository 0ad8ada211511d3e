"""The queue's database: its tables, and how an older or an emptied file is opened."""

import sqlite3
import time
from pathlib import Path

from ...errors import CannotStart
from ...state.state_file import StateFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, call_id TEXT NOT NULL,
    function TEXT NOT NULL, target TEXT NOT NULL, callback TEXT NOT NULL, headers TEXT NOT NULL,
    size INTEGER NOT NULL, body BLOB, file TEXT NOT NULL, queued_at REAL NOT NULL,
    attempts INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL,
    due REAL NOT NULL, failed_at REAL, since REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS clock (
    one INTEGER PRIMARY KEY CHECK (one = 1), queue REAL NOT NULL, wall REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS items_failed ON items (failed_at) WHERE failed_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS calls (function TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
"""
_MUCH_ROOM = 16 << 20
_Base = sqlite3.Connection


def open_database(path: Path, accept_lost: bool = False) -> StateFile:
    """The database, ready to be used; raises `CannotStart`.

    Args:
        path: Its file; it is made where it is not there.
        accept_lost: Whether to go on with what is left of a damaged one.
    """
    try:
        state = StateFile(path, accept_lost, exclusive=True)
        try:
            state.base.executescript(_SCHEMA)
            _carry_over(state.base)
            _give_back_room(state.base)
        except BaseException:
            state.close()
            raise
    except (sqlite3.Error, OSError) as fault:
        raise CannotStart(
            f"the queue's database {path} cannot be used ({fault}): "
            "stop the gateway that has it, make room on its disk, or set DCF_HOME"
        ) from fault
    return state


def _carry_over(base: _Base) -> None:
    """Files from before the queue had a clock of its own: what waits there begins to wait now."""
    if "since" in {row[1] for row in base.execute("PRAGMA table_info(items)")}:
        return
    base.execute("ALTER TABLE items ADD COLUMN since REAL NOT NULL DEFAULT 0")
    now = time.time()
    base.execute("UPDATE items SET since = ?, due = ? WHERE failed_at IS NULL", (now, now))


def _give_back_room(base: _Base) -> None:
    """Shrink a file that is mostly empty: a long queue's room is reused, but never given back."""
    free, pages, size = (
        base.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("freelist_count", "page_count", "page_size")
    )
    if free * size > _MUCH_ROOM and free > pages / 2:
        base.execute("VACUUM")
