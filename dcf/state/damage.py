"""Finds out whether a database is whole and the one that was here; changes no byte of it."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .marker import Mark, read_mark

TABLE = "dcf_state"
# Of the errors that may have another reason than the file itself.
_BROKEN = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_IOERR_SHORT_READ})


@dataclass(frozen=True)
class Damage:
    """What is wrong with a database.

    Attributes:
        reason: One line, without the path.
        usable: Whether what is left can be gone on with; else nothing of it can be read.
    """

    reason: str
    usable: bool


def log_path(database: Path) -> Path:
    """Where SQLite keeps what is not yet in the database's own file."""
    return database.with_name(database.name + "-wal")


def damage_of(path: Path) -> Damage | None:
    """Look at a database that nobody has open; None when it is whole or was never there.

    Raises:
        sqlite3.OperationalError: It is in use, or cannot be read now.
        OSError: The same.
    """
    mark, log = read_mark(path), log_path(path)
    had_log = log.exists()
    if not path.exists() or not path.stat().st_size:
        return _nothing_of(path, mark)
    try:
        with read_only(path) as base:
            (found,) = base.execute("PRAGMA quick_check(1)").fetchone()
            kept = read_state(base) if found == "ok" else None
    except sqlite3.DatabaseError as fault:
        if isinstance(fault, sqlite3.OperationalError) and fault.sqlite_errorcode not in _BROKEN:
            raise
        return Damage(f"is damaged ({fault})", usable=False)
    if found != "ok":
        return Damage(f"is damaged ({' '.join(str(found).split())})", usable=False)
    return _behind(mark, kept, "" if had_log else f": {log.name} is missing")


def read_state(base: sqlite3.Connection) -> Mark | None:
    """What a database says of itself."""
    known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    if base.execute(known, (TABLE,)).fetchone() is None:
        return None
    row = base.execute(f"SELECT identity, changes FROM {TABLE}").fetchone()  # noqa: S608 # a constant
    return Mark(*row) if row else None


def _nothing_of(path: Path, mark: Mark | None) -> Damage | None:
    log = log_path(path)
    if mark is None and not (log.exists() and log.stat().st_size):
        return None
    what = "is empty" if path.exists() else "is missing"
    return Damage(f"{what}{f': it had {mark.changes} changes' if mark else ''}", usable=False)


def _behind(mark: Mark | None, kept: Mark | None, why: str) -> Damage | None:
    if mark is None or (kept and kept.identity == mark.identity and kept.changes >= mark.changes):
        return None
    if kept is None or kept.identity != mark.identity:
        return Damage(f"is not the one that was here last{why}", usable=True)
    lost = mark.changes - kept.changes
    last = "change" if lost == 1 else f"{lost} changes"
    return Damage(f"lacks its last {last}{why}", usable=True)


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Opened so that its log is read, but neither taken over nor removed."""
    beside = [path.with_name(path.name + end) for end in ("-wal", "-shm")]
    made_here = [each for each in beside if not each.exists()]
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=0)) as base:
            yield base
    finally:
        for each in made_here:
            with contextlib.suppress(OSError):
                each.unlink(missing_ok=True)
